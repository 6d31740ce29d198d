// The names of time zones that GitLab's schedules use beside IANA's: those of Ruby on Rails. Names that are the last word of
// the IANA name (`Berlin`: `Europe/Berlin`) stand by region, the others one by one.

const named: Readonly<Record<string, string>> = {
  'International Date Line West': 'Etc/GMT+12',
  'Midway Island': 'Pacific/Midway',
  'American Samoa': 'Pacific/Pago_Pago',
  Hawaii: 'Pacific/Honolulu',
  Alaska: 'America/Juneau',
  'Pacific Time (US & Canada)': 'America/Los_Angeles',
  'Mountain Time (US & Canada)': 'America/Denver',
  Arizona: 'America/Phoenix',
  'Central Time (US & Canada)': 'America/Chicago',
  Saskatchewan: 'America/Regina',
  Guadalajara: 'America/Mexico_City',
  'Central America': 'America/Guatemala',
  'Eastern Time (US & Canada)': 'America/New_York',
  'Indiana (East)': 'America/Indiana/Indianapolis',
  Quito: 'America/Lima',
  'Atlantic Time (Canada)': 'America/Halifax',
  Georgetown: 'America/Guyana',
  Newfoundland: 'America/St_Johns',
  Brasilia: 'America/Sao_Paulo',
  'Buenos Aires': 'America/Argentina/Buenos_Aires',
  Greenland: 'America/Godthab',
  'Mid-Atlantic': 'Atlantic/South_Georgia',
  'Cape Verde Is.': 'Atlantic/Cape_Verde',
  Edinburgh: 'Europe/London',
  'West Central Africa': 'Africa/Algiers',
  Bern: 'Europe/Zurich',
  Kyiv: 'Europe/Kiev',
  'St. Petersburg': 'Europe/Moscow',
  Harare: 'Africa/Harare',
  Pretoria: 'Africa/Johannesburg',
  'Abu Dhabi': 'Asia/Muscat',
  Ekaterinburg: 'Asia/Yekaterinburg',
  Islamabad: 'Asia/Karachi',
  Chennai: 'Asia/Kolkata',
  Mumbai: 'Asia/Kolkata',
  'New Delhi': 'Asia/Kolkata',
  'Sri Jayawardenepura': 'Asia/Colombo',
  Astana: 'Asia/Almaty',
  Hanoi: 'Asia/Bangkok',
  Beijing: 'Asia/Shanghai',
  'Ulaan Bataar': 'Asia/Ulaanbaatar',
  Osaka: 'Asia/Tokyo',
  Sapporo: 'Asia/Tokyo',
  Canberra: 'Australia/Canberra',
  'Solomon Is.': 'Pacific/Guadalcanal',
  'New Caledonia': 'Pacific/Noumea',
  'Marshall Is.': 'Pacific/Majuro',
  Wellington: 'Pacific/Auckland',
  "Nuku'alofa": 'Pacific/Tongatapu',
  'Tokelau Is.': 'Pacific/Fakaofo',
  'Chatham Is.': 'Pacific/Chatham',
  Samoa: 'Pacific/Apia',
}

const byRegion: Readonly<Record<string, string>> = {
  America: 'Tijuana Chihuahua Mazatlan Monterrey Bogota Lima Caracas La_Paz Santiago Montevideo Puerto_Rico',
  Atlantic: 'Azores',
  Europe:
    'Dublin Lisbon London Belgrade Bratislava Budapest Ljubljana Prague Sarajevo Skopje Warsaw Zagreb Brussels Copenhagen Madrid Paris ' +
    'Amsterdam Berlin Rome Stockholm Vienna Zurich Bucharest Helsinki Riga Sofia Tallinn Vilnius Athens Istanbul Minsk Kaliningrad ' +
    'Moscow Samara Volgograd',
  Africa: 'Casablanca Monrovia Cairo Nairobi',
  Asia:
    'Jerusalem Kuwait Riyadh Baghdad Tehran Muscat Baku Tbilisi Yerevan Kabul Karachi Tashkent Kolkata Kathmandu Dhaka Colombo Almaty ' +
    'Novosibirsk Rangoon Bangkok Jakarta Krasnoyarsk Chongqing Hong_Kong Urumqi Kuala_Lumpur Singapore Taipei Irkutsk Seoul Tokyo ' +
    'Yakutsk Vladivostok Magadan Srednekolymsk Kamchatka',
  Australia: 'Perth Darwin Adelaide Melbourne Sydney Brisbane Hobart',
  Pacific: 'Guam Port_Moresby Fiji Auckland',
}

const zones = new Map([
  ...Object.entries(byRegion).flatMap(([region, cities]) =>
    cities.split(' ').map(city => [city.replaceAll('_', ' '), `${region}/${city}`] as const),
  ),
  ...Object.entries(named),
])

/** The IANA name; one that is not known to Rails stays as it is. */
export function ianaZoneOf(name: string): string {
  return zones.get(name) ?? name
}

export const railsZones: readonly string[] = [...zones.values()]

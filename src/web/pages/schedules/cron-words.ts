const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

/** The usual patterns in words; others as they are written. */
export function cronWords(cron: string): string {
  const fields = cron.trim().split(/\s+/)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  if (fields.length !== 5 || month !== '*' || !/^\d+$/.test(minute)) return cron
  const time = /^\d+$/.test(hour) ? `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}` : null
  if (hour === '*' && day === '*' && weekday === '*') return `every hour, ${minute} minutes past`
  if (time === null) return cron
  if (day === '*' && weekday === '*') return `every day at ${time}`
  if (day === '*' && weekday === '1-5') return `Monday to Friday at ${time}`
  if (day === '*' && /^[0-7]$/.test(weekday)) return `every ${days[Number(weekday)]} at ${time}`
  if (/^\d+$/.test(day) && weekday === '*') return `on day ${day} of every month at ${time}`
  return cron
}

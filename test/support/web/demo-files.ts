// The files of the demo world's project.

const pipelineFile = `stages: [lint, test, build, deploy]

default:
  image: busybox

format:
  stage: lint
  script:
    - echo "All 48 files are formatted"

strict types:
  stage: lint
  needs: []
  allow_failure: true
  script:
    - echo "src/bill.ts:41 'rate' may be undefined"
    - exit 1

unit:
  stage: test
  needs: [format]
  coverage: '/Coverage: (\\d+\\.\\d+)%/'
  script:
    - sh run-tests.sh
    - 'echo "Coverage: 87.40%"'
  artifacts:
    when: always
    expire_in: 1 week
    paths: [report]
    reports:
      junit: report/junit.xml

contract:
  stage: test
  needs: [format]
  parallel: 2
  script:
    - echo "Contract tests $CI_NODE_INDEX of $CI_NODE_TOTAL"

e2e:
  stage: test
  script:
    - sh e2e.sh

container:
  stage: build
  image: docker:git
  services: ["docker:dind"]
  needs: [unit, contract]
  script:
    - docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY"
    - docker build -t "$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG" .
    - docker push "$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG"
    - if [ "$CI_COMMIT_REF_SLUG" = master ]; then docker tag "$CI_REGISTRY_IMAGE:master" "$CI_REGISTRY_IMAGE:latest"; docker push "$CI_REGISTRY_IMAGE:latest"; fi

documents:
  stage: deploy
  needs: [format]
  trigger:
    include: documents.yml

staging:
  stage: deploy
  environment:
    name: staging
    url: https://staging.shop.example.com
  script:
    - echo "Deployed $CI_COMMIT_SHORT_SHA to staging"

production:
  stage: deploy
  environment:
    name: production
    url: https://shop.example.com
  rules:
    - if: $CI_COMMIT_TAG
      when: manual
      allow_failure: true
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      when: manual
      allow_failure: true
  script:
    - echo "Deployed $CI_COMMIT_SHORT_SHA to production"

publish charts:
  stage: deploy
  rules:
    - if: $CI_COMMIT_TAG
    - changes: [charts/**/*]
      if: $CI_COMMIT_BRANCH == "charts"
  script:
    - echo "Published"
`

const documentsFile = `pages:
  image: busybox
  script:
    - echo "12 pages are written"

links:
  image: busybox
  needs: [pages]
  script:
    - echo "No dead link"
`

const tests = `mkdir -p report/assets
echo "<h1>Report</h1>" > report/index.html
echo "h1 { color: teal }" > report/assets/style.css
{
  echo '<testsuites><testsuite name="returns" tests="40">'
  for n in $(seq 1 40); do
    printf '\\033[32m✓\\033[0m \\033[90mreturns/case-%s\\033[0m (%s ms)\\n' "$n" "$((n * 7 % 90))" >&2
    echo "<testcase classname=\\"returns\\" name=\\"case $n\\" time=\\"0.0$((n % 9))\\"/>"
  done
  echo '</testsuite></testsuites>'
} > report/junit.xml
`

const passingEndToEnd = `for n in $(seq 1 60); do printf '\\033[32m✓\\033[0m step %s\\n' "$n"; done
`

const failingEndToEnd = `echo -e "section_start:$(date +%s):browsers\\r\\033[0K\\033[36;1mStarting the browsers\\033[0m"
for n in $(seq 0 5 100); do printf '\\rDownloading %s %%' "$n"; done; echo
echo "2 browsers are ready"
echo -e "section_end:$(date +%s):browsers\\r\\033[0K"
for n in $(seq 1 120); do printf '\\033[32m✓\\033[0m step %s of the order \\033[90m(%s ms)\\033[0m\\n' "$n" "$((n * 13 % 80))"; done
printf '\\033[31m✗ returns in two currencies\\033[0m\\n'
printf '  \\033[31;1mAssertionError\\033[0m: expected 12.50 to equal 12.49\\n'
printf '    at bill (src/bill.ts:41:11), see https://shop.example.com/docs/rounding\\n'
exit 1
`

export const backendFiles: Readonly<Record<string, string>> = {
  '.gitlab-ci.yml': pipelineFile,
  'run-tests.sh': tests,
  'documents.yml': documentsFile,
  'e2e.sh': passingEndToEnd,
  'src/bill.ts': 'export const bill = (lines: readonly number[]) => lines.reduce((sum, line) => sum + line, 0)\n',
  'README.md': '# Backend of the shop\n\nOrders, bills and returns.\n',
}

export const failingTest: Readonly<Record<string, string>> = {
  'e2e.sh': failingEndToEnd,
  'src/bill.ts':
    'export const bill = (lines: readonly number[]) => lines.map(round).reduce((sum, line) => sum + line, 0)\n\nfunction round(value: number): number {\n  return Math.round(value * 100) / 100\n}\n',
}

export const brokenFile: Readonly<Record<string, string>> = {
  '.gitlab-ci.yml':
    'stages: [test]\n\nunit:\n  stage: test\n  needs: [bild]\n  script: make test\n\nbuild:\n  stage: test\n  script: make\n',
}

export const longJob: Readonly<Record<string, string>> = {
  'e2e.sh':
    'n=0\nwhile [ $n -lt 3000 ]; do n=$((n + 1)); echo "Waiting for the warehouse service, try $n"; sleep 1; done\n',
}

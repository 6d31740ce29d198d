/** What the editor begins with when the branch has no file yet. */
export const sampleFile = `stages: [test, build]

test:
  stage: test
  script:
    - echo "Here the tests run"

container:
  stage: build
  image: docker
  services: [docker:dind]
  script:
    - docker login -u "$CI_REGISTRY_USER" -p "$CI_REGISTRY_PASSWORD" "$CI_REGISTRY"
    - docker build -t "$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG" .
    - docker push "$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG"
`

#!/bin/sh
# Deploys what release-image has released: here, it runs the image once and tells its digest.
set -e
docker run --rm "$CONTAINER_RELEASE_IMAGE"
docker image inspect --format 'deployed {{index .RepoDigests 0}}' "$CONTAINER_RELEASE_IMAGE"

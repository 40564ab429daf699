# Stores to run something against, each started for the time that it is open. Sourced, with the array `tool` and the folder `scratch` set; needs root on Debian.
# open_store NAME sets `address` to its URL, and the environment to its credentials; close_store ends it; a script ends with close_store in any case.

all_stores=(folder memory ceph swift nginx-dav rclone-dav apache-dav endpoint-sqlite endpoint-postgres)
opened=
endpoint=

open_store() { # name
  opened=$1
  case $1 in
    folder) address=$scratch/folder ;;
    memory) address=memory: ;;
    ceph | swift)
      start_server "$1"
      export AWS_ACCESS_KEY_ID=$S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET_KEY
      address="s3://conformance/run?endpoint=$S3_ENDPOINT&region=$S3_REGION&pathStyle=true&create=true"
      ;;
    *-dav)
      start_server "$1"
      export FIREPROOFBENCH_DAV_USER=$DAV_USER FIREPROOFBENCH_DAV_PASSWORD=$DAV_PASSWORD
      address="dav+${DAV_URL%/}?create=true"
      ;;
    endpoint-sqlite) serve "sqlite:$scratch/heads.sqlite" ;;
    endpoint-postgres)
      # A password goes by the environment: everybody can read a command line.
      local postgres
      postgres=$(bash tests/servers/postgres.sh start)
      PGPASSWORD=$(sed -nE 's/.*Password=([^;]*).*/\1/p' <<<"$postgres")
      export PGPASSWORD
      serve "postgres:$(sed -E 's/^POSTGRES_CONNECTION=//; s/;?Password=[^;]*//' <<<"$postgres")"
      ;;
    *) echo "there is no store '$1'; there are ${all_stores[*]}" >&2; return 2 ;;
  esac
}

close_store() {
  [ -n "$opened" ] || return 0
  if [ -n "$endpoint" ]; then
    kill "$endpoint" 2>/dev/null || true
    wait "$endpoint" || true
    endpoint=
    rm -rf "$scratch/objects" "$scratch/address"
  fi
  case $opened in
    ceph | swift | *-dav) bash "tests/servers/$opened.sh" stop >/dev/null ;;
    endpoint-postgres) bash tests/servers/postgres.sh stop >/dev/null ;;
  esac
  opened=
}

start_server() { # name
  bash "tests/servers/$1.sh" start >"$scratch/$1"
  # shellcheck disable=SC1090
  . "$scratch/$1"
}

serve() { # heads
  "${tool[@]}" serve --listen http://127.0.0.1:0 --data "$scratch/objects" --meta "$1" >"$scratch/address" 2>"$scratch/log" &
  endpoint=$!
  until [ -s "$scratch/address" ]; do
    sleep 0.1
    kill -0 "$endpoint" || { cat "$scratch/log" >&2; exit 2; }
  done
  address=$(head -n 1 "$scratch/address")
}

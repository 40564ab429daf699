# Stores to run something against, each started for the time that it is open. Sourced, with the array `tool` and the folder `scratch` set; needs root on Debian.
# open_store NAME sets `address` to its URL, and the environment to its credentials; close_store ends it; a script ends with close_store in any case.

# An endpoint can be killed and started again by the script that `restart` names, and one of the cloud protocol trusts the key in the file that `signer` names.

all_stores=(folder memory ceph swift nginx-dav rclone-dav apache-dav endpoint-sqlite endpoint-postgres cloud-sqlite cloud-postgres)
opened=
endpoint=
restart=
signer=

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
    cloud-sqlite)
      make_signer
      serve "sqlite:$scratch/heads.sqlite" --cloud "$signer"
      address=fpcloud+$address
      ;;
    endpoint-postgres | cloud-postgres)
      # A password goes by the environment: everybody can read a command line.
      local postgres
      postgres=$(bash tests/servers/postgres.sh start)
      PGPASSWORD=$(sed -nE 's/.*Password=([^;]*).*/\1/p' <<<"$postgres")
      export PGPASSWORD
      postgres="postgres:$(sed -E 's/^POSTGRES_CONNECTION=//; s/;?Password=[^;]*//' <<<"$postgres")"
      if [ "$1" = cloud-postgres ]; then
        make_signer
        serve "$postgres" --cloud "$signer"
        address=fpcloud+$address
      else
        serve "$postgres"
      fi
      ;;
    *) echo "there is no store '$1'; there are ${all_stores[*]}" >&2; return 2 ;;
  esac
}

close_store() {
  [ -n "$opened" ] || return 0
  if [ -n "$endpoint" ]; then
    # It may be another process than the first, which is the shell's own.
    endpoint=$(cat "$scratch/pid")
    kill "$endpoint" 2>/dev/null || true
    wait "$endpoint" 2>/dev/null || while kill -0 "$endpoint" 2>/dev/null; do sleep 0.1; done
    endpoint=
    restart=
    rm -rf "$scratch/objects" "$scratch/address" "$scratch"/heads.sqlite*
  fi
  case $opened in
    ceph | swift | *-dav) bash "tests/servers/$opened.sh" stop >/dev/null ;;
    *-postgres) bash tests/servers/postgres.sh stop >/dev/null ;;
  esac
  opened=
  signer=
}

start_server() { # name
  bash "tests/servers/$1.sh" start >"$scratch/$1"
  # shellcheck disable=SC1090
  . "$scratch/$1"
}

# A key pair of P-256 as a JWK: of the private key in DER, bytes 7 to 38 are d, 57 to 88 x, and 89 to 120 y.
make_signer() {
  openssl ecparam -name prime256v1 -genkey -noout -outform DER -out "$scratch/key.der" 2>/dev/null
  part() { tail -c "+$(($1 + 1))" "$scratch/key.der" | head -c 32 | base64 -w0 | tr '+/' '-_' | tr -d '='; }
  signer=$scratch/signer.jwk
  printf '{"kty":"EC","crv":"P-256","d":"%s","x":"%s","y":"%s"}\n' "$(part 7)" "$(part 57)" "$(part 89)" >"$signer"
}

serve() { # heads, options…
  start_endpoint http://127.0.0.1:0 "$@"
  endpoint=$!
  address=$(head -n 1 "$scratch/address")
  restart=$scratch/restart
  {
    printf 'kill -9 "$(cat %q)"\n' "$scratch/pid"
    declare -p tool scratch
    declare -f start_endpoint
    printf 'start_endpoint'
    printf ' %q' "$address" "$@"
    printf '\n'
  } >"$restart"
}

start_endpoint() { # where, heads, options…
  rm -f "$scratch/address"
  "${tool[@]}" serve --listen "$1" --data "$scratch/objects" --meta "$2" "${@:3}" >"$scratch/address" 2>>"$scratch/log" </dev/null &
  echo $! >"$scratch/pid"
  until [ -s "$scratch/address" ]; do
    sleep 0.1
    kill -0 "$(cat "$scratch/pid")" || { cat "$scratch/log" >&2; exit 2; }
  done
}

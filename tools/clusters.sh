# Clusters of PostgreSQL that are a script's own: in one folder, reached by
# sockets in it, which a port only names, and gone afterwards. The system's own
# cluster is never touched. Sourced by sh scripts.
#
#   clusters_begin NAME [PARENT]   makes the folder, in /tmp or PARENT; sets
#                             CLUSTERS (the folder), CLUSTERS_HOST (the same as a
#                             host in a URL)
#   clusters_run PROGRAM [ARGUMENT…]   one of PostgreSQL's, as who owns the folder
#   clusters_disk NAME SIZE   a small disk of its own at CLUSTERS/NAME, or fails
#   clusters_end              ends them all and removes the folder; for the trap of
#                             the script, or stage_finally
#
#   cluster_make NAME [OPTION…]   of initdb; the data lies in CLUSTERS/NAME
#   cluster_start NAME [PORT [OPTION…]]   5432, and options of postgres; its log
#                             is CLUSTERS/NAME.log
#   cluster_stop NAME MODE    of pg_ctl: fast, or immediate as when it is killed
#   cluster_ask NAME DATABASE SQL…   each statement for itself, as superuser
#   cluster_office NAME       the role "office" and its database "hailong"
#   cluster_hang NAME STOP|CONT   all its processes, as when its machine hangs
#
# CLUSTERS_AS stands before each of PostgreSQL's programs, and a script may put
# a command of its own before that. With CLUSTERS_KEEP the folder stays.

CLUSTERS=
CLUSTERS_DISK=
CLUSTERS_HUNG=

clusters_begin() {
    # shellcheck disable=SC2012 # these names are plain
    CLUSTERS_PROGRAMS=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$CLUSTERS_PROGRAMS" ] || {
        echo "no PostgreSQL; run: tools/setup test" >&2
        exit 1
    }
    CLUSTERS=$(mktemp -d "${2:-/tmp}/hailong-$1-XXXXXX")
    # shellcheck disable=SC2034 # for the caller
    CLUSTERS_HOST=$(printf '%s' "$CLUSTERS" | sed 's,/,%2F,g')
    CLUSTERS_AS=
    if [ "$(id -u)" -eq 0 ]; then # PostgreSQL refuses to run as root
        chown nobody "$CLUSTERS"
        CLUSTERS_AS="setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME=$CLUSTERS"
    fi
}

clusters_run() {
    clusters_program=$CLUSTERS_PROGRAMS/$1
    shift
    $CLUSTERS_AS "$clusters_program" "$@"
}

clusters_disk() {
    mkdir -m 700 "$CLUSTERS/$1"
    mount -t tmpfs -o "size=$2" none "$CLUSTERS/$1" 2>/dev/null || return 1
    CLUSTERS_DISK=$CLUSTERS/$1
    chown nobody "$CLUSTERS_DISK"
}

clusters_end() {
    [ -n "$CLUSTERS" ] || return 0
    [ -z "$CLUSTERS_HUNG" ] || cluster_hang "$CLUSTERS_HUNG" CONT || true
    for clusters_data in "$CLUSTERS"/*/postmaster.pid; do
        [ ! -f "$clusters_data" ] ||
            clusters_run pg_ctl -D "${clusters_data%/*}" -m immediate stop >/dev/null 2>&1 || true
    done
    [ -z "$CLUSTERS_DISK" ] || umount "$CLUSTERS_DISK" || true
    [ -n "${CLUSTERS_KEEP:-}" ] || rm -rf "$CLUSTERS"
}

cluster_make() {
    cluster_name=$1
    shift
    clusters_run initdb -D "$CLUSTERS/$cluster_name" -A trust -U postgres --locale=C.UTF-8 -E UTF8 -N "$@" >/dev/null
}

cluster_start() {
    cluster_name=$1
    cluster_port=${2:-5432}
    shift $(($# > 1 ? 2 : 1))
    clusters_run pg_ctl -D "$CLUSTERS/$cluster_name" -l "$CLUSTERS/$cluster_name.log" -w -t 120 start -o \
        "-p $cluster_port -c listen_addresses= -c unix_socket_directories=$CLUSTERS $*" >/dev/null
}

cluster_stop() {
    clusters_run pg_ctl -D "$CLUSTERS/$1" -m "$2" -w stop >/dev/null
}

cluster_ask() {
    # Its port stands in the fourth line.
    cluster_port=$(sed -n 4p "$CLUSTERS/$1/postmaster.pid")
    cluster_database=$2
    shift 2
    for cluster_statement in "$@"; do
        "$CLUSTERS_PROGRAMS/psql" -h "$CLUSTERS" -p "$cluster_port" -U postgres -d "$cluster_database" -AtqX \
            -c "$cluster_statement" || return
    done
}

cluster_office() {
    cluster_ask "$1" postgres "CREATE ROLE office LOGIN" "CREATE DATABASE hailong OWNER office"
}

# The first of them before it can start another that would go on.
cluster_hang() {
    cluster_main=$(head -n 1 "$CLUSTERS/$1/postmaster.pid")
    kill "-$2" "$cluster_main" || return 1
    CLUSTERS_HUNG=
    [ "$2" = CONT ] || CLUSTERS_HUNG=$1
    while [ "$2" = STOP ] && grep -q '^State:.[^TZ]' "/proc/$cluster_main/status" 2>/dev/null; do sleep 0.01; done
    # One of them may have ended since it was listed.
    # shellcheck disable=SC2046
    kill "-$2" $(pgrep -P "$cluster_main") 2>/dev/null || true
}

#!/bin/bash
# Ranks as on several machines, on one: each in a network namespace of its own, behind a link of a given rate and delay.
# Outside CI: it needs root, ip, tc and Open MPI, and a build with MPI (make build MPI=1).
#   scaling.sh RANKS RATE [DELAY] -- COMMAND...      such as   scaling.sh 2 1gbit 0.1ms -- tracr-inject bench --scaling --json
# RATE is in mbit or gbit, DELAY, of one way, in ms (0.1ms where it is left out). They are made by the kernel's netem where it
# has it, else by relay.py, a process that carries the packets, which takes some of the processors' time; a rate without delay
# (0ms) then by tbf. With CUT=SECONDS the
# network of the last rank stops after so many seconds.
set -eu
ranks=$1 rate=$2 delay=0.1ms
shift 2
[ "$1" = -- ] || { delay=$1; shift; }
shift
bridge=ti$$
here=$(dirname "$(realpath "$0")")
folder=$(mktemp -d)
relay=
clean() {
    [ -z "$relay" ] || kill "$relay" 2>/dev/null || true
    for rank in $(seq 0 $((ranks - 1))); do
        ip netns del $bridge-$rank 2>/dev/null || true
        ip link del $bridge.$rank 2>/dev/null || true
    done
    ip link del $bridge 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT
# What the kernel can do is asked of a namespace of its own.
ip netns add $bridge-try
by=relay
[ "$delay" != 0ms ] || by=tbf
ip netns exec $bridge-try tc qdisc add dev lo root netem delay 1ms 2>/dev/null && by=netem
ip netns del $bridge-try

# One number of bits a second, and one of seconds.
bits=$(awk -v r="$rate" 'BEGIN { print r * (r ~ /gbit$/ ? 1e9 : r ~ /mbit$/ ? 1e6 : 0) }')
seconds=$(awk -v d="$delay" 'BEGIN { print d / (d ~ /ms$/ ? 1e3 : 0) }')
devices=
for rank in $(seq 0 $((ranks - 1))); do devices="$devices $bridge.$rank"; done
if [ $by != relay ]; then
    ip link add $bridge type bridge
    ip link set $bridge up
else
    # shellcheck disable=SC2086 # words
    python3 "$here/relay.py" "$bits" "$seconds" $devices >"$folder/relay" &
    relay=$!
    until [ -s "$folder/relay" ]; do
        kill -0 "$relay" || { echo "the relay did not start" >&2; exit 1; }
        sleep 0.05
    done
fi
hosts=
for rank in $(seq 0 $((ranks - 1))); do
    space=$bridge-$rank
    ip netns add $space
    if [ $by != relay ]; then
        ip link add $bridge.$rank type veth peer name eth0 netns $space
        ip link set $bridge.$rank master $bridge up
    else
        ip link set $bridge.$rank netns $space
        ip -n $space link set $bridge.$rank name eth0
    fi
    ip -n $space addr add 10.77.0.$((rank + 1))/24 dev eth0
    ip -n $space link set lo up
    ip -n $space link set eth0 up
    # Both ways are limited: what the rank sends, and what it is sent. The delay is put in once.
    case $by in
        netem)
            tc -n $space qdisc add dev eth0 root netem rate "$rate" delay "$delay" limit 100000
            tc qdisc add dev $bridge.$rank root netem rate "$rate" limit 100000
            ;;
        tbf)
            tc -n $space qdisc add dev eth0 root tbf rate "$rate" burst 1mb latency 50ms
            tc qdisc add dev $bridge.$rank root tbf rate "$rate" burst 1mb latency 50ms
            ;;
    esac
    hosts=$hosts${hosts:+,}10.77.0.$((rank + 1)):1
done
# mpirun starts its daemons by this in place of ssh.
cat >"$folder/agent" <<'A'
#!/bin/bash
host=$1
shift
exec ip netns exec BRIDGE-$((${host##*.} - 1)) /bin/sh -c "$*"
A
sed -i "s/BRIDGE/$bridge/" "$folder/agent"
chmod +x "$folder/agent"
cut() {
    if [ -n "$relay" ]; then kill -USR1 "$relay"; else ip link set $bridge.$((ranks - 1)) down; fi
}
if [ -n "${CUT:-}" ]; then (sleep "$CUT" && cut) & fi
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# The processors of one machine are shared evenly: a rank has those that COMMAND is told.
ip netns exec $bridge-0 mpirun -np "$ranks" --host "$hosts" --map-by node --bind-to none \
    --mca plm_rsh_agent "$folder/agent" --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 \
    --mca oob_tcp_if_include 10.77.0.0/24 --mca oob_tcp_keepalive_time 10 --mca oob_tcp_keepalive_intvl 3 \
    --mca oob_tcp_keepalive_probes 3 --mca plm_rsh_no_tree_spawn 1 "$@"

#!/bin/bash
# Ranks as on several machines, on one: each in a network namespace of its own, behind a link of a given rate and delay.
# Outside CI: it needs root, ip, tc and Open MPI, and a build with MPI (make build MPI=1).
#   scaling.sh RANKS RATE [DELAY] -- COMMAND...      such as   scaling.sh 2 1gbit 0.1ms -- tracr-inject bench --scaling --json
# RATE and DELAY are tc's; DELAY is that of one way, 0.1ms where it is left out, and none where the kernel has no netem. With CUT=SECONDS the network of the last
# rank stops after so many seconds.
set -eu
ranks=$1 rate=$2 delay=0.1ms
shift 2
[ "$1" = -- ] || { delay=$1; shift; }
shift
bridge=ti$$
folder=$(mktemp -d)
clean() {
    for rank in $(seq 0 $((ranks - 1))); do
        ip netns del $bridge-$rank 2>/dev/null || true
        ip link del $bridge.$rank 2>/dev/null || true
    done
    ip link del $bridge 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT
ip link add $bridge type bridge
ip link set $bridge up
hosts=
for rank in $(seq 0 $((ranks - 1))); do
    space=$bridge-$rank
    ip netns add $space
    ip link add $bridge.$rank type veth peer name eth0 netns $space
    ip link set $bridge.$rank master $bridge up
    ip -n $space addr add 10.77.0.$((rank + 1))/24 dev eth0
    ip -n $space link set lo up
    ip -n $space link set eth0 up
    # Both ways are limited: what the rank sends, and what it is sent.
    for place in "-n $space qdisc add dev eth0" "qdisc add dev $bridge.$rank"; do
        # Without netem in the kernel there is the rate alone; the way through the bridge takes some 20 us.
        # shellcheck disable=SC2086 # words
        tc $place root netem rate "$rate" delay "$delay" limit 100000 2>/dev/null ||
            tc $place root tbf rate "$rate" burst 1mb latency 50ms
    done
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
if [ -n "${CUT:-}" ]; then (sleep "$CUT" && ip link set $bridge.$((ranks - 1)) down) & fi
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
# The processors of one machine are shared evenly: a rank has those that COMMAND is told.
ip netns exec $bridge-0 mpirun -np "$ranks" --host "$hosts" --map-by node --bind-to none \
    --mca plm_rsh_agent "$folder/agent" --mca btl tcp,self --mca btl_tcp_if_include 10.77.0.0/24 \
    --mca oob_tcp_if_include 10.77.0.0/24 --mca oob_tcp_keepalive_time 10 --mca oob_tcp_keepalive_intvl 3 \
    --mca oob_tcp_keepalive_probes 3 --mca plm_rsh_no_tree_spawn 1 "$@"

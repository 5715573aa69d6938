// How long a message takes from its sender's send() until a member has read it, at a load that is no load.
#include <algorithm>

#include "load/contest/contest.hpp"

namespace parley::load {

std::vector<finding> latency(const contest_options& with) {
    auto of = *find_scene("1x100-steady");
    of.seconds = std::min(of.seconds, with.seconds);
    const auto played = play_in_turns(of, with);
    auto half = compare(played, [](const measurement& one) { return one.delivery_p50_ms; });
    half.what = "10,000 deliveries/s (1 x 100), half are faster than";
    half.unit = "ms";
    half.wanted = aim{aim::of::ratio_at_most, 1.5};
    auto most = compare(played, [](const measurement& one) { return one.delivery_p99_ms; });
    most.what = "    99 of 100 are faster than";
    most.unit = "ms";
    most.wanted = aim{aim::of::ratio_at_most, 1.5};
    return {half, most};
}

}  // namespace parley::load

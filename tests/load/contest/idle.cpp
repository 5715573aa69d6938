// What a WebSocket costs that is open and says nothing: resident memory, of 10,000 at once.
#include "load/contest/contest.hpp"

namespace parley::load {

std::vector<finding> idle(const contest_options& with) {
    auto once = with;
    once.rounds = 1;  // memory is the same each time
    const auto played = play_in_turns(*find_scene("idle-10000"), once);
    auto made = compare(played, [](const measurement& one) {
        return (static_cast<double>(one.resident_open) - static_cast<double>(one.resident_before)) / 1024 /
               static_cast<double>(one.connections);
    });
    made.what = "10,000 idle connections";
    made.unit = "KiB / connection";
    made.wanted = aim{aim::of::value_at_most, 6.5};
    return {made};
}

}  // namespace parley::load

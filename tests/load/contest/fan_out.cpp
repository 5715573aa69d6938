// What a delivery costs the server: CPU seconds per million, where every message goes to all members of a conversation.
#include <algorithm>
#include <stdexcept>

#include "load/contest/contest.hpp"

namespace parley::load {
namespace {

std::vector<finding> fan_out(std::string_view name, double limit, const contest_options& with) {
    auto of = *find_scene(name);
    of.seconds = std::min(of.seconds, with.seconds);
    const auto played = play_in_turns(of, with);

    auto cost = compare(
        played, [](const measurement& one) { return one.server_cpu * 1e6 / static_cast<double>(one.deliveries); });
    cost.what = of.title;
    cost.unit = "CPU s / M deliveries";
    cost.wanted = aim{aim::of::ratio_at_most, limit};
    cost.note = generators_share(played);

    auto rate =
        compare(played, [](const measurement& one) { return static_cast<double>(one.deliveries) / one.seconds; });
    rate.what = "    at";
    rate.unit = "deliveries/s";
    return {cost, rate};
}

}  // namespace

std::vector<finding> fan_out_1x1000(const contest_options& with) { return fan_out("1x1000", 1.6, with); }
std::vector<finding> fan_out_1x100(const contest_options& with) { return fan_out("1x100", 2.5, with); }
std::vector<finding> fan_out_1000x10(const contest_options& with) { return fan_out("1000x10", 2, with); }
std::vector<finding> fan_out_steady(const contest_options& with) { return fan_out("1x1000-steady", 1.3, with); }

std::vector<finding> fan_out_smoke(const contest_options& with) {
    auto made = fan_out("smoke", 1, with);
    for (auto& one : made) one.wanted.reset();  // too short to judge anybody by it
    return made;
}

}  // namespace parley::load

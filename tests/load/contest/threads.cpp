// Whether a second core helps: deliveries a second with one thread for connections, and with as many as there are
// cores.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

#include "load/contest/contest.hpp"

namespace parley::load {
namespace {

double deliveries_per_second(const scene& of, const contest_options& with, unsigned threads) {
    const auto made = play(of, {.programs = with.programs,
                                .database = "sqlite",
                                .more = {},
                                .threads = threads,
                                .warm_up_seconds = with.warm_up_seconds,
                                .alongside = {}});
    if (!made.complete) throw std::runtime_error("something was lost, doubled or refused");
    return static_cast<double>(made.deliveries) / made.seconds;
}

}  // namespace

std::vector<finding> threads(const contest_options& with) {
    auto of = *find_scene("1000x10");
    of.seconds = std::min(of.seconds, with.seconds);
    std::vector<double> with_one;
    std::vector<double> with_two;
    for (unsigned round = 0; round < with.rounds; ++round) {
        with_one.push_back(deliveries_per_second(of, with, 1));
        with_two.push_back(deliveries_per_second(of, with, 2));
    }
    finding made{.what = "two threads beside one, 1,000 x 10, SQLite", .unit = "deliveries/s"};
    made.reference = median_of(with_one);
    made.parley = median_of(with_two);
    const auto cores = std::thread::hardware_concurrency();
    // The load generator and the writing thread need a core each, too.
    if (cores >= 4)
        made.wanted = aim{aim::of::ratio_at_least, 1.7};
    else
        made.note = fmt::format("aim 1.7 x; cannot be judged on {} cores, which the load generator shares", cores);
    return {made};
}

}  // namespace parley::load

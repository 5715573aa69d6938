// Plays seeds; what does not hold is said with the seed that shows it.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "simulation/cluster.hpp"

namespace parley::simulation {
namespace {

struct wishes {
    std::uint64_t seed = 0;  ///< 0: not this one alone
    std::uint64_t first = 1;
    int seeds = 20;
    int steps = 1'200;
    double minutes = 0;  ///< more than 0: as many seeds as fit
};
wishes wanted;

constexpr int rest_every = 150;

/// False when something does not hold.
bool play(std::uint64_t seed, std::map<std::string, int>& counts) {
    cluster one(seed);
    for (int step = 1; step <= wanted.steps; ++step) {
        if (step % rest_every == 0)
            one.come_to_rest();
        else
            one.step();
        if (!::testing::Test::HasFailure()) continue;
        std::printf("seed %llu, step %d, %s. Again: parley_simulation --seed %llu --steps %d\n",
                    static_cast<unsigned long long>(seed), step, one.last().c_str(),
                    static_cast<unsigned long long>(seed), wanted.steps);
        return false;
    }
    for (const auto& [what, times] : one.counts()) counts[what.substr(0, what.find(':'))] += times;
    for (const auto& [what, times] : one.life.done()) counts["done: " + what] += times;
    return true;
}

TEST(simulation, holds_for_every_seed) {
    using clock = std::chrono::steady_clock;
    const auto began = clock::now();
    const auto took = [&] { return std::chrono::duration<double>(clock::now() - began).count(); };
    std::map<std::string, int> counts;
    std::uint64_t played = 0;
    if (wanted.seed != 0) {
        play(wanted.seed, counts);
        return;
    }
    for (auto seed = wanted.first;; ++seed, ++played) {
        const bool enough =
            wanted.minutes > 0 ? took() > wanted.minutes * 60 : std::cmp_greater_equal(played, wanted.seeds);
        if (enough) break;
        if (!play(seed, counts)) return;
    }
    for (const auto& [what, times] : counts) std::printf("%-36s %d\n", what.c_str(), times);
    std::printf("%llu seeds from %llu, %d steps each, %.1f s: %.0f seeds an hour\n",
                static_cast<unsigned long long>(played), static_cast<unsigned long long>(wanted.first), wanted.steps,
                took(), static_cast<double>(played) * 3600 / took());
    for (const auto* what : {"job in vain", "news lost", "news doubled", "gap", "server killed", "server cut off",
                             "killed between commit and answer", "old events forgotten", "done: send", "done: resend",
                             "done: edit", "done: delete", "done: purge", "done: join", "done: leave", "done: ban",
                             "done: mark_read", "done: change_role", "done: grant"})
        EXPECT_TRUE(counts.contains(what)) << what << " never happened";
}

}  // namespace
}  // namespace parley::simulation

int main(int count, char** words) {
    using parley::simulation::wanted;
    ::testing::InitGoogleTest(&count, words);
    CLI::App app{"Plays the kernel on several servers by chance, and holds it to its promises"};
    app.add_option("--seed", wanted.seed, "Only this one");
    app.add_flag("--trace", parley::simulation::is_traced, "Say everything that happens");
    app.add_option("--first", wanted.first, "The first of several");
    app.add_option("--seeds", wanted.seeds, "How many");
    app.add_option("--steps", wanted.steps, "Of each");
    app.add_option("--minutes", wanted.minutes, "As many seeds as fit into so long");
    CLI11_PARSE(app, count, words);
    return RUN_ALL_TESTS();
}

// Whether a message costs the same however many tenants or conversations there are: the server's CPU for each, with
// messages spread over few and over many, everything else being equal.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <random>
#include <ranges>
#include <stdexcept>

#include "load/contest/house.hpp"
#include "load/contestant.hpp"
#include "load/crowd.hpp"

namespace parley::load {
namespace {

constexpr pace as_much_as_goes{.window = 64};
constexpr std::chrono::seconds drain_patience{60};
constexpr double flat = 1.2;

/// One of the scales that are held beside each other.
class scale {
public:
    scale(const contest_options& with, const std::string& database, std::string title,
          const std::function<population(const std::filesystem::path&)>& seeded)
        : title_(std::move(title)), at_(with, database) {
        std::cerr << fmt::format("    {}: seeding {}\n", at_.database(), title_);
        at_.settle([&](const auto& config) {
            auto who = seeded(config);
            // Neighbours were made one after the other, and would be found beside each other.
            std::ranges::shuffle(who.rooms, std::mt19937_64(7));
            return who;
        });
        at_.start();
    }

    void play(const contest_options& with) {
        std::cerr << fmt::format("    {}: playing {}\n", at_.database(), title_);
        crowd all(at_.port(), at_.people(), parley_language());
        all.open();
        if (server_us_.empty()) first_us_ = everywhere_once(all);
        all.talk(as_much_as_goes, std::chrono::duration<double>(with.warm_up_seconds));
        const auto counted = at_.counted();
        const auto before = at_.look();
        const auto answers = all.seen().answers;
        all.talk(as_much_as_goes, std::chrono::duration<double>(with.seconds));
        const auto after = at_.look();
        const auto messages = static_cast<double>(all.seen().answers - answers);
        server_us_.push_back((after.server - before.server) * 1e6 / messages);
        database_us_.push_back((after.database - before.database) * 1e6 / messages);
        per_second_.push_back(messages / after.seconds_since(before));
        const auto now = at_.counted();
        per_commit_.push_back(grown(counted, now, "parley_committed_jobs_total") /
                              grown(counted, now, "parley_commits_total"));
        if (!all.hear_everything(drain_patience) || all.seen().problems > 0)
            throw std::runtime_error("something was lost, doubled or refused: " + all.seen().first_problem);
    }

    [[nodiscard]] double server_us() const { return median_of(server_us_); }
    [[nodiscard]] double database_us() const { return median_of(database_us_); }
    [[nodiscard]] std::string_view database() const { return at_.database(); }

    [[nodiscard]] finding found() const {
        finding made{.what = title_, .unit = "CPU us / message"};
        made.parley = server_us();
        made.note = fmt::format(
            "{}: and {:.1f} of the database; {:.0f}/s, {:.1f} in a commit; {:.1f} when each "
            "conversation hears its first",
            at_.database(), database_us(), median_of(per_second_), median_of(per_commit_), first_us_);
        return made;
    }

private:
    static double grown(const metrics& from, const metrics& to, std::string_view name) {
        return to.find(name)->second - from.find(name)->second;
    }

    /// CPU microseconds of the server for each.
    double everywhere_once(crowd& all) const {
        const auto before = at_.look();
        while (all.messages_sent() < at_.people().rooms.size())
            all.talk(as_much_as_goes, std::chrono::milliseconds(200));
        return (at_.look().server - before.server) * 1e6 / static_cast<double>(all.messages_sent());
    }

    std::string title_;
    house at_;
    double first_us_ = 0;
    std::vector<double> server_us_;
    std::vector<double> database_us_;
    std::vector<double> per_second_;
    std::vector<double> per_commit_;
};

/// All of them in turns, so that whatever else the machine does disturbs all alike.
void play_beside_each_other(std::deque<scale>& scales, const contest_options& with, std::string_view of,
                            std::vector<finding>& found) {
    for (unsigned round = 0; round < with.rounds; ++round)
        for (auto& one : scales) one.play(with);
    for (const auto& one : scales) found.push_back(one.found());
    const auto compare = [&](std::string what, auto figure) {
        const auto figures = scales | std::views::transform([&](const scale& one) { return (one.*figure)(); });
        finding made{.what = std::move(what), .unit = "reference: the least"};
        made.reference = std::ranges::min(figures);
        made.parley = std::ranges::max(figures);
        made.wanted = aim{aim::of::ratio_at_most, flat};
        made.note = scales.front().database();
        found.push_back(made);
    };
    compare(fmt::format("    {}: the most beside the least", of), &scale::server_us);
    if (scales.front().database_us() > 0) compare("    and of the database", &scale::database_us);
}

struct tenants_scene {
    std::vector<std::size_t> tenants{1, 100, 10'000};
    std::size_t conversations = 10'000;  ///< and so many connections
};

std::vector<finding> play_tenants(const contest_options& with, const tenants_scene& of) {
    std::vector<finding> found;
    for (const auto& database : with.databases) {
        std::deque<scale> scales;
        for (const auto tenants : of.tenants)
            scales.emplace_back(with, database,
                                fmt::format("{} conversations of {} tenants", of.conversations, tenants),
                                [&](const auto& config) { return seed_tenants(config, tenants, of.conversations); });
        play_beside_each_other(scales, with, "tenants", found);
    }
    return found;
}

struct conversations_scene {
    std::vector<std::size_t> conversations{10, 1'000, 100'000};
    /// Few, so that hardly more goes to a connection at once in the smallest than in the others; but who is in very
    /// many conversations takes long to come.
    std::size_t people = 200;
    std::size_t members_each = 5;
};

std::vector<finding> play_conversations(const contest_options& with, const conversations_scene& of) {
    std::vector<finding> found;
    for (const auto& database : with.databases) {
        std::deque<scale> scales;
        for (const auto conversations : of.conversations)
            scales.emplace_back(
                with, database,
                fmt::format("{} conversations of {}, {} people", conversations, of.members_each, of.people),
                [&](const auto& config) {
                    return seed(config, std::string(tenant), of.people, conversations, of.members_each);
                });
        play_beside_each_other(scales, with, "conversations", found);
    }
    return found;
}

}  // namespace

std::vector<finding> many_tenants(const contest_options& with) { return play_tenants(with, {}); }

std::vector<finding> many_conversations(const contest_options& with) { return play_conversations(with, {}); }

std::vector<finding> many_smoke(const contest_options& with) {
    auto found = play_tenants(with, {.tenants = {1, 5}, .conversations = 20});
    std::ranges::move(play_conversations(with, {.conversations = {2, 20}, .people = 10}), std::back_inserter(found));
    return found;
}

}  // namespace parley::load

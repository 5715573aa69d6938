// How many users one machine carries: the load is raised until deliveries are late or something fails, and then the
// place between is searched for. Everybody is in ten conversations of ten and writes a message every ten seconds.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>

#include "load/contest/house.hpp"
#include "load/contestant.hpp"
#include "load/crowd.hpp"

namespace parley::load {
namespace {

constexpr double seconds_between_messages = 10;  // of one user
constexpr std::size_t descriptors_besides = 500;
constexpr unsigned tries = 2;  // because something else may have disturbed the first
constexpr std::chrono::seconds drain_patience{60};

struct range {
    std::size_t first = 1'000;
    std::size_t last = 1'000'000;
    std::size_t connections = 50'000;
    double p99_ms = 100;      ///< of a delivery; later is too late
    double kept_pace = 0.98;  ///< of the messages that are due
    double precision = 0.05;
};

struct step {
    std::size_t users = 0;
    std::size_t connections = 0;
    double seconds = 0;
    double p50_ms = 0;
    double p99_ms = 0;
    double server = 0;  ///< of one core, as the two below
    double database = 0;
    double own = 0;
    std::string why_not;  ///< empty when all of them were carried

    [[nodiscard]] bool carried() const { return why_not.empty(); }
    [[nodiscard]] std::string cores() const {
        return fmt::format("cores: server {:.2f}, database {:.2f}, load generator {:.2f}", server, database, own);
    }
};

/// Whole teams, as many as there may be connections at both ends.
std::size_t most_connections(const range& within) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::runtime_error("the limit of descriptors cannot be read");
    const auto free = static_cast<std::size_t>(limit.rlim_cur) - descriptors_besides;
    const auto most = std::min({free, within.connections, within.last});
    return std::max(most - most % team_size, team_size);
}

class search {
public:
    search(const contest_options& with, const std::string& database, const range& within)
        : with_(with), within_(within), most_connections_(most_connections(within)), at_(with, database) {
        at_.settle(
            [this](const auto& config) { return seed(config, std::string(tenant), plan_teams(most_connections_)); });
        at_.start();
    }

    std::vector<finding> find() {
        std::optional<step> good;
        std::optional<step> bad;
        for (auto users = within_.first; !bad && users <= within_.last; users *= 2) take(try_with(users), good, bad);
        while (good && bad && distance(*good, *bad) > within_.precision)
            take(try_with((good->users + bad->users) / 2), good, bad);
        all_.reset();
        at_.stop();
        return report(good, bad);
    }

private:
    static void take(step made, std::optional<step>& good, std::optional<step>& bad) {
        (made.carried() ? good : bad) = std::move(made);
    }
    static double distance(const step& good, const step& bad) {
        return static_cast<double>(bad.users - good.users) / static_cast<double>(good.users);
    }

    step try_with(std::size_t users) {
        step made;
        for (unsigned i = 0; i < tries; ++i) {
            made = try_once(users);
            std::cerr << fmt::format("    {}: {} users over {} connections: p50 {:.1f} ms, p99 {:.1f} ms; {}; {}\n",
                                     at_.database(), users, made.connections, made.p50_ms, made.p99_ms, made.cores(),
                                     made.carried() ? "carried" : made.why_not);
            if (made.carried()) return made;
        }
        return made;
    }

    step try_once(std::size_t users) {
        step made{.users = users};
        try {
            made.connections = connect(users);
            talk(made);
        } catch (const std::runtime_error& why) {
            made.why_not = why.what();
        }
        // Its backlog or its broken connections are nobody else's.
        if (!made.carried()) all_.reset();
        return made;
    }

    /// A connection for each user; those who have none any more share those of others, who then write more often.
    std::size_t connect(std::size_t users) {
        const auto whole_teams = std::max(users - users % team_size, team_size);
        const auto wanted = std::min(whole_teams, most_connections_);
        if (all_ && connected_.people.size() == wanted) return wanted;
        all_.reset();
        connected_ = first_teams(at_.people(), wanted);
        all_ = std::make_unique<crowd>(at_.port(), connected_, parley_language());
        all_->seen().sample_each = 7;
        all_->open();
        return wanted;
    }

    void talk(step& made) {
        const auto per_second = static_cast<double>(made.users) / seconds_between_messages;
        // So wide that only a server that does not follow is ever waited for.
        const pace how{.window = static_cast<std::size_t>(std::clamp(4 * per_second, 64.0, 60'000.0)),
                       .per_second = per_second};
        all_->talk(how, std::chrono::duration<double>(with_.warm_up_seconds));
        auto& seen = all_->seen();
        seen.delivery_us.clear();
        const auto sent = all_->messages_sent();
        const auto before = at_.look();
        seen.sampling = true;
        all_->talk(how, std::chrono::duration<double>(2 * with_.seconds));
        seen.sampling = false;
        fill_in(made, before, at_.look());
        const auto due = per_second * made.seconds * within_.kept_pace - 2;
        const bool kept = static_cast<double>(all_->messages_sent() - sent) >= due;
        const bool whole = all_->hear_everything(drain_patience);
        made.p50_ms = percentile_ms(seen.delivery_us, 0.5);
        made.p99_ms = percentile_ms(seen.delivery_us, 0.99);
        made.why_not = seen.problems > 0              ? "refused: " + seen.first_problem
                       : !whole                       ? "something was lost, doubled or took a minute"
                       : !kept                        ? "more was waiting than may wait"
                       : made.p99_ms > within_.p99_ms ? "too late"
                                                      : "";
    }

    static void fill_in(step& made, const house::consumption& before, const house::consumption& after) {
        made.seconds = after.seconds_since(before);
        made.server = (after.server - before.server) / made.seconds;
        made.database = (after.database - before.database) / made.seconds;
        made.own = (after.own - before.own) / made.seconds;
    }

    [[nodiscard]] std::vector<finding> report(const std::optional<step>& good, const std::optional<step>& bad) const {
        if (!good) throw std::runtime_error(fmt::format("not even {} users: {}", bad->users, bad->why_not));
        finding users{.what = fmt::format("users carried on {}", at_.database()), .unit = "users"};
        users.parley = static_cast<double>(good->users);
        users.note = bad ? fmt::format("{} are too many: p99 {:.0f} ms, {}", bad->users, bad->p99_ms, bad->why_not)
                         : "and more, perhaps";
        finding connections{.what = "    connections of theirs", .unit = "connections"};
        connections.parley = static_cast<double>(good->connections);
        finding late{.what = "    99 of 100 deliveries are faster than", .unit = "ms"};
        late.parley = good->p99_ms;
        late.note = fmt::format("half than {:.1f}", good->p50_ms);
        finding busy{.what = "    the server uses", .unit = "cores"};
        busy.parley = good->server;
        busy.note = good->cores();
        return {users, connections, late, busy};
    }

    const contest_options& with_;
    range within_;
    std::size_t most_connections_;
    house at_;
    population connected_;
    std::unique_ptr<crowd> all_;  // of connected_
};

std::vector<finding> search_on_each(const contest_options& with, const range& within) {
    std::vector<finding> found;
    for (const auto& database : with.databases)
        std::ranges::move(search(with, database, within).find(), std::back_inserter(found));
    return found;
}

}  // namespace

std::vector<finding> capacity(const contest_options& with) { return search_on_each(with, {}); }

/// That it can be played at all: how fast is not judged.
std::vector<finding> capacity_smoke(const contest_options& with) {
    return search_on_each(with, {.first = 100, .last = 400, .connections = 200, .p99_ms = 60'000, .kept_pace = 0});
}

}  // namespace parley::load

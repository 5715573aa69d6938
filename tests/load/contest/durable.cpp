// Acknowledged messages a second: each is committed before it is answered, 64 are on their way, nobody else listens.
#include <algorithm>
#include <stdexcept>

#include "load/contest/contest.hpp"

namespace parley::load {
namespace {

double messages_per_second(const measurement& of) { return static_cast<double>(of.messages) / of.seconds; }

double on_sqlite(const scene& of, const contest_options& with) {
    std::vector<double> rates;
    for (unsigned round = 0; round < with.rounds; ++round) {
        const auto one = play(of, {.programs = with.programs,
                                   .database = "sqlite",
                                   .more = {},
                                   .warm_up_seconds = with.warm_up_seconds,
                                   .alongside = {}});
        if (!one.complete) throw std::runtime_error("something was lost, doubled or refused");
        rates.push_back(messages_per_second(one));
    }
    return median_of(std::move(rates));
}

}  // namespace

std::vector<finding> durable(const contest_options& with) {
    auto of = *find_scene("acknowledged");
    of.seconds = std::min(of.seconds, with.seconds);
    const auto played = play_in_turns(of, with);

    auto rate = compare(played, messages_per_second);
    rate.what = "acknowledged, 64 in flight, PostgreSQL";
    rate.unit = "messages/s";
    rate.wanted = aim{aim::of::ratio_at_least, 0.6};
    rate.note = generators_share(played);

    auto database = compare(
        played, [](const measurement& one) { return one.database_cpu * 1e6 / static_cast<double>(one.messages); });
    database.what = "    PostgreSQL's part of it";
    database.unit = "CPU us / message";
    database.wanted = aim{aim::of::ratio_at_most, 2};

    auto own = compare(played,
                       [](const measurement& one) { return one.server_cpu * 1e6 / static_cast<double>(one.messages); });
    own.what = "    the server's part of it";
    own.unit = "CPU us / message";

    finding light{.what = "    parleyd on SQLite beside the same reference", .unit = "messages/s"};
    light.reference = rate.reference;
    light.parley = on_sqlite(of, with);
    light.wanted = rate.wanted;
    return {rate, database, own, light};
}

}  // namespace parley::load

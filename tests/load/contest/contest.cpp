// The list of contests, the turns, and the table.
#include "load/contest/contest.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <array>
#include <ostream>
#include <stdexcept>

namespace parley::load {
namespace {

constexpr std::array contests{
    contest{"1x1000", "one conversation of 1,000 members, as much as goes", fan_out_1x1000},
    contest{"1x100", "one of 100, as much as goes", fan_out_1x100},
    contest{"1000x10", "1,000 conversations of 10, as much as goes", fan_out_1000x10},
    contest{"1x1000-steady", "one of 1,000 at 100 messages a second", fan_out_steady},
    contest{"durable", "acknowledged messages with 64 in flight", durable},
    contest{"idle", "10,000 connections that say nothing", idle},
    contest{"latency", "10,000 deliveries a second", latency},
    contest{"history", "a conversation of a million messages beside one of 1,000, and a start with them", long_history},
    contest{"resume", "coming back after 1,000 events", resume},
    contest{"route", "a small JSON answer", route},
    contest{"threads", "both cores beside one", threads},
    contest{"capacity", "more and more users, until deliveries are late", capacity},
    contest{"many-tenants", "messages of 1, 100 and 10,000 tenants", many_tenants},
    contest{"many-conversations", "messages in 10, 1,000 and 100,000 conversations", many_conversations},
    contest{"capacity-smoke", "the same search with a few dozen users", capacity_smoke, true},
    contest{"many-smoke", "messages of a handful of tenants and conversations", many_smoke, true},
    contest{"smoke", "everything in a second", fan_out_smoke, true},
};

std::string figure(const std::optional<double>& value) {
    if (!value) return "-";
    return fmt::format("{:.{}f}", *value, *value >= 1000 ? 0 : *value >= 10 ? 1 : 2);
}

std::string words_for(const std::optional<aim>& wanted) {
    if (!wanted) return "-";
    switch (wanted->kind) {
        case aim::of::ratio_at_most:
            return fmt::format("<= {:g} x", wanted->limit);
        case aim::of::ratio_at_least:
            return fmt::format(">= {:g} x", wanted->limit);
        case aim::of::value_at_most:
            return fmt::format("<= {:g}", wanted->limit);
    }
    return {};
}

measurement play_once(const scene& of, const contest_options& with, std::string contestant) {
    auto made = play(of, {.programs = with.programs,
                          .contestant = std::move(contestant),
                          .database = "postgresql",
                          .more = {},
                          .warm_up_seconds = with.warm_up_seconds,
                          .alongside = {}});
    if (!made.complete) throw std::runtime_error("something was lost, doubled or refused");
    return made;
}

}  // namespace

std::span<const contest> all_contests() { return contests; }

std::optional<double> finding::ratio() const {
    if (!reference || *reference <= 0) return std::nullopt;
    return parley / *reference;
}

std::optional<bool> finding::reached() const {
    if (!wanted) return std::nullopt;
    if (wanted->kind == aim::of::value_at_most) return parley <= wanted->limit;
    if (!ratio()) return std::nullopt;
    return wanted->kind == aim::of::ratio_at_most ? *ratio() <= wanted->limit : *ratio() >= wanted->limit;
}

void print(std::span<const finding> all, std::ostream& to) {
    constexpr auto row = "{:52} {:22} {:>10} {:>10} {:>10} {:>7} {:>9} {:8} {}\n";
    fmt::print(to, row, "what", "unit", "reference", "peer", "parley", "ratio", "aim", "", "");
    for (const auto& one : all) {
        const auto reached = one.reached();
        fmt::print(to, row, one.what, one.unit, figure(one.reference), figure(one.peer), figure(one.parley),
                   figure(one.ratio()), words_for(one.wanted),
                   !reached   ? ""
                   : *reached ? "reached"
                              : "missed",
                   one.note);
    }
}

double median_of(std::vector<double> values) {
    if (values.empty()) throw std::logic_error("the median of nothing");
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

rounds_played play_in_turns(const scene& of, const contest_options& with) {
    rounds_played made;
    for (unsigned round = 0; round < with.rounds; ++round) {
        made.reference.push_back(play_once(of, with, "reference"));
        if (with.with_peer) made.peer.push_back(play_once(of, with, "peer"));
        made.parley.push_back(play_once(of, with, "parley"));
    }
    return made;
}

finding compare(const rounds_played& of, const std::function<double(const measurement&)>& figure) {
    const auto median = [&](const std::vector<measurement>& those) -> std::optional<double> {
        if (those.empty()) return std::nullopt;
        std::vector<double> values;
        for (const auto& one : those) values.push_back(figure(one));
        return median_of(std::move(values));
    };
    finding made{.what = {}, .unit = {}};
    made.reference = median(of.reference);
    made.peer = median(of.peer);
    made.parley = median(of.parley).value_or(0);
    return made;
}

std::string generators_share(const rounds_played& of) {
    const auto shares = compare(of, [](const measurement& one) { return one.own_cpu / one.seconds; });
    return fmt::format("load generator: {}/{}/{} of a core", figure(shares.reference), figure(shares.peer),
                       figure(shares.parley));
}

}  // namespace parley::load

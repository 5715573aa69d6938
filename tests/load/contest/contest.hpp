// Contests: parleyd beside the least that a machine can do (the reference) and what one would build otherwise (the
// peer).
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "load/measure.hpp"

namespace parley::load {

struct contest_options {
    std::filesystem::path programs;  ///< the folder of parleyd, parley, parley_reference and parley_bare_beast
    unsigned rounds = 3;             ///< how often everybody plays, in turns; medians are compared
    double seconds = 3;              ///< measured in each round
    double warm_up_seconds = 1;
    bool with_peer = true;
    /// Of contests without a reference and a peer, which are played on each of them.
    std::vector<std::string> databases{"sqlite", "postgresql"};
};

/// How a figure is judged.
struct aim {
    enum class of : std::uint8_t { ratio_at_most = 1, ratio_at_least, value_at_most };
    of kind = of::ratio_at_most;
    double limit = 0;
};

/// One line of the table.
struct finding {
    std::string what;
    std::string unit;
    std::optional<double> reference = {};  ///< nothing where there is none
    std::optional<double> peer = {};
    double parley = 0;
    std::optional<aim> wanted = {};  ///< nothing: it is only told
    std::string note = {};

    [[nodiscard]] std::optional<double> ratio() const;
    /// Nothing when nothing is wanted.
    [[nodiscard]] std::optional<bool> reached() const;
};

struct contest {
    std::string_view name;      ///< as it is typed
    std::string_view sentence;  ///< what is done
    std::vector<finding> (*play)(const contest_options&);
    bool hidden = false;  ///< not played unless it is named
};

[[nodiscard]] std::span<const contest> all_contests();

void print(std::span<const finding>, std::ostream&);

[[nodiscard]] double median_of(std::vector<double> values);

/// What each of them measured, a round after the other.
struct rounds_played {
    std::vector<measurement> reference;
    std::vector<measurement> peer;
    std::vector<measurement> parley;
};
/// Everybody plays the scene on PostgreSQL in turns, so that whatever else the machine does disturbs all alike. Throws
/// std::runtime_error when a message was lost or doubled.
[[nodiscard]] rounds_played play_in_turns(const scene&, const contest_options&);

/// The medians of one figure of these rounds, as a line to be completed.
[[nodiscard]] finding compare(const rounds_played&, const std::function<double(const measurement&)>& figure);
/// How much of a core the load generator used: near 1 it is what limits the rate.
[[nodiscard]] std::string generators_share(const rounds_played&);

// Each in the file of its name.
[[nodiscard]] std::vector<finding> fan_out_1x1000(const contest_options&);
[[nodiscard]] std::vector<finding> fan_out_1x100(const contest_options&);
[[nodiscard]] std::vector<finding> fan_out_1000x10(const contest_options&);
[[nodiscard]] std::vector<finding> fan_out_steady(const contest_options&);
[[nodiscard]] std::vector<finding> fan_out_smoke(const contest_options&);
[[nodiscard]] std::vector<finding> durable(const contest_options&);
[[nodiscard]] std::vector<finding> idle(const contest_options&);
[[nodiscard]] std::vector<finding> latency(const contest_options&);
[[nodiscard]] std::vector<finding> long_history(const contest_options&);
[[nodiscard]] std::vector<finding> resume(const contest_options&);
[[nodiscard]] std::vector<finding> route(const contest_options&);
[[nodiscard]] std::vector<finding> threads(const contest_options&);
[[nodiscard]] std::vector<finding> capacity(const contest_options&);
[[nodiscard]] std::vector<finding> capacity_smoke(const contest_options&);
[[nodiscard]] std::vector<finding> many_tenants(const contest_options&);
[[nodiscard]] std::vector<finding> many_conversations(const contest_options&);
[[nodiscard]] std::vector<finding> many_smoke(const contest_options&);

}  // namespace parley::load

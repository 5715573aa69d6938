// What a running server has loaded, as JSON in a file.
#include "server/running_config.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <limits>

#include "base/json.hpp"
#include "base/text.hpp"
#include "config/read_file.hpp"
#include "server/whole_file.hpp"

namespace parley::server {
namespace {

namespace json = boost::json;

constexpr std::string_view file_name = "running-config.json";
constexpr std::int64_t form = 1;

/// Our own server wrote the file, one entry for each setting of each tenant: the bounds are against a mix-up.
constexpr std::size_t most_bytes = std::size_t{256} * 1024 * 1024;
constexpr json_limits limits{.max_bytes = most_bytes, .max_depth = 8, .max_members = 10'000'000};

json::object as_json(const reload_record& of) {
    return {{"began", of.began.count()},
            {"plan", json::array(of.plan.begin(), of.plan.end())},
            {"problems", json::array(of.problems.begin(), of.problems.end())}};
}

std::vector<std::string> texts(const json::value& from) {
    std::vector<std::string> made;
    for (const auto& one : from.as_array()) made.emplace_back(one.as_string());
    return made;
}

reload_record record_of(const json::object& from) {
    return {.began = std::chrono::nanoseconds{from.at("began").to_number<std::int64_t>()},
            .plan = texts(from.at("plan")),
            .problems = texts(from.at("problems"))};
}

/// Throws for a member that is missing or of another kind.
result<running_config> config_of(const json::object& from) {
    running_config made;
    if (from.at("format").to_number<std::int64_t>() != form) throw std::out_of_range("another format");
    made.process = from.at("pid").to_number<pid_t>();
    made.generation = from.at("generation").to_number<std::uint64_t>();
    made.loaded_at = from.at("loaded_at").as_string();
    if (const auto* last = from.if_contains("last_reload")) made.last_reload = record_of(last->as_object());
    auto settings = config::inventory_of(from.at("settings").as_object());
    if (!settings) return std::unexpected(settings.error());
    made.settings = std::move(*settings);
    return made;
}

std::unexpected<error> unreadable(const std::filesystem::path& path, std::string_view why) {
    return failure(fault::unavailable, "running_config_unreadable",
                   fmt::format("{}: {}.", escape_controls(path.string()), why));
}

}  // namespace

std::chrono::nanoseconds steady_now() { return std::chrono::steady_clock::now().time_since_epoch(); }

result<void> write_running_config(const std::filesystem::path& data_directory, const running_config& of) {
    json::object made{{"format", form},
                      {"pid", std::int64_t{of.process}},
                      {"generation", of.generation},
                      {"loaded_at", of.loaded_at},
                      {"settings", config::to_json(of.settings)}};
    if (of.last_reload) made["last_reload"] = as_json(*of.last_reload);
    return write_whole_file(data_directory / file_name, to_text(made) + "\n", 0600);
}

result<running_config> read_running_config(const std::filesystem::path& data_directory) {
    const auto path = data_directory / file_name;
    const auto text = config::read_file(path, most_bytes);
    if (!text) return unreadable(path, text.error());
    const auto parsed = parse_object(*text, limits);
    if (!parsed) return unreadable(path, "not written by a server, or by another version");
    try {
        auto made = config_of(*parsed);
        if (made) return made;
    } catch (const std::exception&) {
        // As below: Boost.JSON and a missing member speak by exceptions.
    }
    return unreadable(path, "not written by a server, or by another version");
}

}  // namespace parley::server

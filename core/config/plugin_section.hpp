// What a plugin brings into the configuration: a section of its own.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.hpp"
#include "config/problem.hpp"

namespace parley::config {

/// A hook, or a change that is judged, as the plugin's manifest has it.
struct hook_words {
    std::string name;  ///< as operators write it: "message.send check", "member.add"
    std::string on_failure;
    std::int64_t deadline_ms = 0;
    bool security = false;
    bool can_hold = false;
};

/// That a number of this plugin's is not less than one of another's, wherever both are on.
struct number_rule {
    std::string setting;   ///< "max_file_size"
    std::string at_least;  ///< "attachments.max_file_size"
};

/// One plugin that is loaded, or will be.
struct plugin_section {
    std::string id;  ///< also the section's name
    std::string sentence;
    std::string isolation;          ///< what it is when nobody says
    std::int64_t memory_mib = 512;  ///< likewise
    boost::json::object settings;   ///< by name, in the language of settings_text.cpp
    std::vector<hook_words> hooks;
    std::vector<number_rule> rules{};
};

/// The check of the setting `hooks` of a plugin's section.
inline constexpr std::string_view hooks_check = "plugin_hooks";
inline constexpr std::int64_t most_hook_deadline_ms = 60'000;
/// Of address space, which libraries and threads take some of.
inline constexpr std::int64_t least_plugin_memory_mib = 64;
inline constexpr std::int64_t most_plugin_memory_mib = 1'048'576;

/// The value of `hooks`: {"message.send check": {on_failure, deadline_ms, accept_risk}}. Everything that is wrong
/// becomes a problem; then nothing is given.
[[nodiscard]] std::optional<node> checked_hooks(const node& value, const std::string& path, const plugin_section& of,
                                                problem_list& problems);

}  // namespace parley::config

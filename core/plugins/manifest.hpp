// What a plugin says about itself, read from its file before any of its code runs.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/version.hpp"

namespace parley::plugins {

/// Sentences for an operator, each whole; safe to print.
using problems = std::vector<std::string>;

enum class phase : std::uint8_t { amend = 1, check };
enum class failure_policy : std::uint8_t { refuse = 1, hold, skip };
enum class isolation : std::uint8_t { in_process = 1, process };

[[nodiscard]] std::string_view name_of(phase);
[[nodiscard]] std::string_view name_of(failure_policy);
[[nodiscard]] std::string_view name_of(isolation);
[[nodiscard]] std::optional<failure_policy> parse_failure_policy(std::string_view);
[[nodiscard]] std::optional<isolation> parse_isolation(std::string_view);

/// What hooks on messages and judged changes have in common.
struct judging_said {
    failure_policy on_failure = failure_policy::refuse;
    std::chrono::milliseconds deadline{1000};
    std::vector<std::string> after{};   ///< plugins that come first
    std::vector<std::string> before{};  ///< plugins that come later
    bool security = false;              ///< may be set to `skip` only by who accepts the risk
};

struct hook_said : judging_said {
    std::string event{};  ///< "message.send" or "message.edit"
    phase when = phase::check;
    bool held_until_holder = false;  ///< reviewers cannot lift its holds
};

struct change_said : judging_said {
    std::string change{};  ///< "conversation.create", "conversation.archive", "member.add", "user.create"
};

struct need_said {
    std::string plugin;
    version_range versions;
};

struct rule_said {
    std::string setting;   ///< an integer of its own
    std::string at_least;  ///< another plugin's: "attachments.max_file_size"
};

struct permission_said {
    std::string name;
    std::string sentence;
    std::vector<std::string> roles;
};

struct event_said {
    std::string type;
    std::string sentence;
    boost::json::object data;  ///< JSON Schema
    std::string heard_with;    ///< one of the plugin's own permissions, which those have who hear it; may be empty
};

struct message_type_said {
    std::string name;
    std::string sentence;
};

/// A kind of conversation, as kernel::conversation_kind; permissions by name.
struct kind_said {
    std::string name;
    std::string sentence;
    std::string made_with;     ///< empty: only plugins make it
    std::string managed_with;  ///< stands in for being an admin of the conversation
    std::string writes;        ///< "nobody", "members" or "admins"
    std::string adds_members;
    std::string leaves;
    std::string removes_messages;
    int least_members = 1;
    int most_members = 0;  ///< 0: as many as the tenant allows
    bool named = false;
    bool listed = false;
    bool one_per_party = false;
    boost::json::object view_hints;
};

/// plugin.yaml, checked. Names are unique within their list.
struct manifest {
    std::string id;
    std::string version_text;
    version number;
    unsigned abi_major = 0;
    unsigned abi_minor = 0;
    std::string title;
    std::string sentence;
    std::string licence;
    std::vector<need_said> needs;
    bool storage = false;
    bool files = false;                       ///< has a folder for files
    std::vector<std::string> reads_files_of;  ///< plugins whose files it may read
    std::vector<std::string> reads_folders;   ///< its settings at the server's level that name folders to be read
    std::vector<std::string> connects_to;     ///< its settings at the server's level that name where it connects to
    bool web_root = false;                    ///< may answer "/"
    isolation runs = isolation::in_process;
    std::int64_t memory_mib = 512;              ///< of a process of its own
    std::vector<std::string> uses;              ///< API commands it invokes
    std::vector<std::string> permissions_used;  ///< its rights when it acts as itself
    std::vector<permission_said> permissions;
    std::vector<rule_said> rules;  ///< wherever both plugins are on
    boost::json::object settings;  ///< by name, in the language of the server's own; checked by who reads them
    std::vector<hook_said> hooks;
    std::vector<change_said> changes;
    std::vector<std::string> hears;
    std::vector<event_said> says;
    std::vector<std::string> commands;
    std::vector<std::string> operates;  ///< those of them that the operator may run with `parley`, without any user
    std::vector<std::string> jobs;
    std::vector<std::string> services;
    std::vector<std::string> asks;  ///< "file_check/1": what it asks whoever has a service of this name
    std::vector<std::string> metrics;
    std::vector<kind_said> kinds;
    std::vector<message_type_said> message_types;
    boost::json::array web;  ///< as written
};

/// The plugin's own migrations, by file name in order.
using migration_texts = std::map<std::string, std::string, std::less<>>;

/// Everything in the section .parley_plugin.
struct embedded {
    manifest says;
    boost::json::object written;  ///< the manifest's members as they are in the file
    std::string source;           ///< plugin.yaml as its author wrote it
    migration_texts sqlite;
    migration_texts postgresql;
    std::string compiler;   ///< what built it: "clang 19.1.7"
    std::string odb;        ///< the version of ODB it is bound to; empty: none
    std::string built_abi;  ///< "1.0"
};

inline constexpr std::size_t most_library_bytes = 512ULL << 20;
inline constexpr std::size_t most_section_bytes = 4ULL << 20;
inline constexpr std::string_view section_name = ".parley_plugin";

/// Reads the section's text; every problem at once, each naming its member: "hooks[1].phase: …". Takes any bytes.
[[nodiscard]] std::expected<embedded, problems> read_embedded(std::string_view section);

/// The same from the bytes of a whole library.
[[nodiscard]] std::expected<embedded, problems> read_library_bytes(std::string_view file);

/// The same from a file, which nobody but its owner may be able to change: a plugin is code of the server's.
[[nodiscard]] std::expected<embedded, problems> read_library(const std::filesystem::path& file);

/// What hooks on messages can be asked about: "message.send".
[[nodiscard]] std::span<const std::string_view> judged_events();
/// What a failure of such a hook can mean, the default first.
[[nodiscard]] std::vector<std::string_view> policies_of(std::string_view event);
/// The other changes that can be judged: "member.add".
[[nodiscard]] std::span<const std::string_view> judged_changes();

/// ^[a-z][a-z0-9_]{1,31}$
[[nodiscard]] bool is_plugin_id(std::string_view);

}  // namespace parley::plugins

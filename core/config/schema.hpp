// The kernel's settings as data: what there is, what is allowed, what it means.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.hpp"
#include "config/plugin_section.hpp"

namespace parley::config {

/// Where a value may be set; each file has one. A tenant's file may also set what a model may.
enum class level : unsigned char { server = 1, tenant, model };

/// One setting of settings_text.cpp.
struct setting {
    std::string path;         ///< "server.port"
    std::string description;  ///< in Markdown
    level lowest = level::server;
    bool live = false;           ///< a running server can take a new value
    bool secret = false;         ///< may be a reference, is never shown
    bool inherited = true;       ///< may stand under tenant_defaults and passes from tenant to model
    bool from_forms = true;      ///< administrators may set it, when nothing else forbids that (form_file.hpp)
    bool at_each_level = false;  ///< every level, the server too, has its own, and none inherits it
    std::string check;           ///< a rule of checks.cpp; empty for none
    node fallback;               ///< the default
    node rules;                  ///< the JSON Schema words: type, minimum, maximum, enum, ...

    /// Whether it is a list of objects, with the rules of their members under "items.properties".
    [[nodiscard]] bool has_entries() const;

    /// "a whole number from 0 to 65535"
    [[nodiscard]] std::string expectation() const;
};

struct section {
    std::string path;
    std::string description;
};

/// By the path under which a level knows it: for the server also "tenant_defaults.messages.max_bytes".
using known_settings = std::map<std::string, const setting*, std::less<>>;

/// The whole of settings_text.cpp, in its order, and behind it what plugins have.
struct schema {
    std::vector<section> sections;
    std::vector<setting> settings;
    std::vector<plugin_section> plugins;

    [[nodiscard]] const plugin_section* plugin(std::string_view id) const;

    [[nodiscard]] const setting* find(std::string_view path) const;

    /// What a file of this level may set.
    [[nodiscard]] known_settings known_to(level where) const;

    /// Every default of the settings whose lowest level is one of these two.
    [[nodiscard]] node defaults(level first, level second) const;
};

/// Read once; thread-safe.
[[nodiscard]] const schema& kernel_schema();

/// The kernel's for as long as somebody wants it.
[[nodiscard]] std::shared_ptr<const schema> shared_kernel_schema();

/// One setting from the words that describe it; they must be whole.
[[nodiscard]] setting setting_from(const std::string& path, const node& words);

/// Adds a plugin's section: what its manifest says under `settings`, and `isolation` and `hooks`, which every plugin
/// has. Every problem of the manifest's, and then nothing is added.
[[nodiscard]] std::vector<std::string> add_section(schema& to, const plugin_section& of);

/// The text itself, in YAML; its words are explained in settings_text.cpp.
[[nodiscard]] std::string_view settings_text();

inline constexpr std::string_view tenant_defaults_key = "tenant_defaults";

}  // namespace parley::config

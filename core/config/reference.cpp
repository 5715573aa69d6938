// The reference page of the settings, made from the same text that validates them.
#include "config/reference.hpp"

#include <fmt/format.h>

#include "config/environment.hpp"
#include "config/read_yaml.hpp"
#include "config/schema.hpp"

namespace parley::config {
namespace {

constexpr std::string_view introduction = R"md(# Settings

<!-- Made from core/config/settings_text.cpp by settings_reference(); a test keeps it current. Do not edit. -->

| file | sets |
|---|---|
| `parley.yaml` | the server, and under `tenant_defaults` what all tenants start from |
| `tenants/<tenant>.yaml` | one tenant |
| `tenants/<tenant>/models/<model>.yaml` | one model of a tenant |

A model takes from its tenant what it does not set itself, a tenant takes from `tenant_defaults`, and those from the
defaults below. Objects join member by member; a list replaces the list below it. A tenant needs no file.

An environment variable sets a value of `parley.yaml` and wins over the file: `PARLEY_SERVER__PORT=8081` is
`server.port`, with two underscores for each dot; a list is written `[a, b]`. A variable of this form that belongs to
no setting is an error.

A secret comes by reference and is never shown: `{secret: {file: path}}` (a relative path starts at the folder of
`parley.yaml`), `{secret: {env: NAME}}`, or `{secret: {credential: name}}` for a file in `$CREDENTIALS_DIRECTORY`, as
systemd's `LoadCredential=` makes it. A secret that cannot be read is an error.

A plugin that `plugins.load` names has a section of its own name, from its manifest; `parley config reference` prints this
page with those, too.

`parley config check` names every fault with file, line and column, and
`parley config explain tenant/acme messages.max_bytes` says a value and what set it. "Set by" names the lowest level that
may set a value; "restart" marks what a running server cannot take up.

)md";

std::string_view word_of(level lowest) {
    switch (lowest) {
        case level::tenant:
            return "tenant";
        case level::model:
            return "model";
        case level::server:
            break;
    }
    return "server";
}

/// A vertical bar would end the cell.
std::string cell(std::string_view text) {
    std::string made;
    for (const char c : text) made += c == '|' ? std::string("\\|") : std::string(1, c);
    return made;
}

std::string row(const setting& of) {
    return fmt::format("| `{}` | {} | `{}` | {} | {} | {}{} |\n", of.path, cell(of.expectation()),
                       cell(of.fallback.shown()), of.at_each_level ? "each level" : word_of(of.lowest),
                       of.live ? "live" : "restart", cell(of.description), of.secret ? " May be a secret." : "");
}

std::string table(const schema& known, std::string_view title, std::string_view description, std::string_view prefix) {
    std::string made = fmt::format("## {}\n\n{}\n\n", title, description);
    made += "| setting | allowed | default | set by | new value | decides |\n|---|---|---|---|---|---|\n";
    for (const auto& each : known.settings) {
        const auto dot = each.path.rfind('.');
        const auto section = dot == each.path.npos ? std::string_view() : std::string_view(each.path).substr(0, dot);
        if (section == prefix) made += row(each);
    }
    return made + "\n";
}

}  // namespace

std::string settings_reference(const schema& known) {
    std::string made(introduction);
    made += fmt::format(
        "Limits of each file: {} bytes, {} values, nesting to {}; no anchors, aliases or tags, no key twice.\n\n",
        yaml_limits::bytes, yaml_limits::nodes, yaml_limits::depth);
    for (const auto& each : known.sections) {
        made += table(known, fmt::format("`{}`", each.path), each.description, each.path);
    }
    made += table(known, "Of a tenant or model itself", "These stand at the top of a tenant's or model's file.", "");
    made.pop_back();
    return made;
}

}  // namespace parley::config

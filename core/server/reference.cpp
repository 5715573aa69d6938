// Code, manifests and what a server says of itself, to Markdown.
#include "server/reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <vector>

#include "base/json.hpp"
#include "base/text.hpp"

namespace parley::server {
namespace {

constexpr std::string_view made_from = "<!-- Made from the code; a test compares. -->\n\n";

/// What would end a cell of a table.
std::string cell(std::string_view text) {
    std::string made;
    for (const char c : text) {
        if (c == '|') made += '\\';
        made += c == '\n' ? ' ' : c;
    }
    return made;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> made;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        made.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return made;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

/// "    int64_t message; /* of an edit; 0: it is new */" to a row.
std::string draft_row(std::string_view line) {
    const auto end = line.find(';');
    const auto declared = trimmed(line.substr(0, end));
    const auto name = declared.substr(declared.rfind(' ') + 1);
    std::string_view about;
    if (const auto begin = line.find("/*", end); begin != line.npos)
        about = trimmed(line.substr(begin + 2, line.find("*/", begin) - begin - 2));
    const bool is_text = declared.starts_with("parley_text");
    return fmt::format("| `{}` | {} | {} |\n", name, is_text ? "text" : "number", cell(about));
}

std::string draft_of(std::string_view header) {
    std::string made;
    bool inside = false;
    for (const auto line : lines_of(header)) {
        if (line.starts_with("} parley_message_draft;")) break;
        if (inside && !line.contains("uint32_t size")) made += draft_row(line);
        inside = inside || line.starts_with("typedef struct parley_message_draft");
    }
    return made;
}

/// What the commands show to whoever judges, and which commands those are.
std::string change_row(std::string_view change, const transport::operation_catalogue& all) {
    std::vector<std::string> commands;
    std::vector<std::string> shown;
    for (const auto& one : all.all()) {
        if (one.judged_as != change) continue;
        commands.push_back(fmt::format("`{}`", one.name));
        if (one.judged_input != nullptr) continue;
        for (const auto& member : one.fields)
            if (const auto text = fmt::format("`{}`", member.name); std::ranges::find(shown, text) == shown.end())
                shown.push_back(text);
    }
    return fmt::format("| `{}` | {} | {} |\n", change, fmt::join(commands, ", "), fmt::join(shown, ", "));
}

/// A family of the exposition.
struct family {
    std::string_view name;
    std::string_view type;
    std::string_view sentence;
    std::set<std::string_view> labels;
};

void take_labels(family& of, std::string_view sample) {
    const auto begin = sample.find('{');
    if (begin == sample.npos) return;
    for (auto at = begin + 1; at < sample.size() && sample[at] != '}';) {
        const auto equals = sample.find("=\"", at);
        if (equals == sample.npos) return;
        of.labels.insert(sample.substr(at, equals - at));
        auto end = equals + 2;
        while (end < sample.size() && sample[end] != '"') end += sample[end] == '\\' ? 2 : 1;
        at = end + 1 + (end + 1 < sample.size() && sample[end + 1] == ',' ? 1 : 0);
    }
}

std::vector<family> families_of(std::string_view exposition) {
    constexpr std::string_view help = "# HELP ";
    constexpr std::string_view type = "# TYPE ";
    std::vector<family> made;
    for (auto line : lines_of(exposition)) {
        if (line.starts_with(help)) {
            line.remove_prefix(help.size());
            const auto space = std::min(line.find(' '), line.size());
            made.push_back({line.substr(0, space), {}, line.substr(std::min(space + 1, line.size())), {}});
        } else if (line.starts_with(type) && !made.empty()) {
            made.back().type = line.substr(line.rfind(' ') + 1);
        } else if (!line.starts_with('#') && !made.empty()) {
            take_labels(made.back(), line);
        }
    }
    return made;
}

/// parley_plugin_<id>_<name>, and none of the server's own about plugins.
bool is_of_plugin(const family& of, std::string_view id) {
    return of.name.starts_with(fmt::format("parley_plugin_{}_", id));
}

std::string metric_row(const family& of) {
    std::vector<std::string_view> labels(of.labels.begin(), of.labels.end());
    std::erase(labels, "le");
    return fmt::format("| `{}` | {} | {} | {} |\n", of.name, of.type, fmt::join(labels, ", "), cell(of.sentence));
}

class plugin_page {
public:
    plugin_page(const plugins::manifest& of, const boost::json::object& openapi, const std::vector<family>& measured)
        : says_(of), openapi_(openapi), measured_(measured) {}

    std::string text() {
        add("\n## {}\n\n{}\n\n", says_.id, says_.sentence);
        add("Version {}, {}, ABI {}.{}. Runs {}{}.\n", says_.version_text,
            says_.licence.empty() ? "no licence" : says_.licence, says_.abi_major, says_.abi_minor,
            says_.runs == plugins::isolation::process ? "in a process of its own" : "in the server's process",
            says_.storage ? ", has tables of its own" : "");
        uses();
        settings();
        table("permission | roles | what it means", says_.permissions, [](const auto& one) {
            return fmt::format("`{}` | {} | {}", one.name, fmt::join(one.roles, ", "), cell(one.sentence));
        });
        commands();
        table("event | ", says_.says,
              [](const auto& one) { return fmt::format("`{}` | {}", one.type, cell(one.sentence)); });
        table("type of message | ", says_.message_types,
              [](const auto& one) { return fmt::format("`{}` | {}", one.name, cell(one.sentence)); });
        judging();
        metrics();
        return std::move(text_);
    }

private:
    template <class... Values>
    void add(fmt::format_string<Values...> what, Values&&... values) {
        text_ += fmt::format(what, std::forward<Values>(values)...);
    }

    template <class All, class Row>
    void table(std::string_view head, const All& all, Row row) {
        if (std::ranges::empty(all)) return;
        add("\n| {} |\n|", head);
        for (auto columns = std::ranges::count(head, '|') + 1; columns > 0; --columns) text_ += "---|";
        text_ += '\n';
        for (const auto& one : all) add("| {} |\n", row(one));
    }

    void listed(std::string_view what, const std::vector<std::string>& names) {
        if (!names.empty()) add("{}: `{}`.\n", what, fmt::join(names, "`, `"));
    }

    void uses() {
        for (const auto& one : says_.needs) add("Needs the plugin `{}` {}.\n", one.plugin, one.versions.text());
        listed("Uses the API's", says_.uses);
        listed("As itself it has the right", says_.permissions_used);
        listed("Hears", says_.hears);
        listed("Jobs", says_.jobs);
        listed("Serves other plugins with", says_.services);
    }

    void settings() {
        table("setting | type | default | level | ", says_.settings, [this](const auto& one) {
            const auto* rules = one.value().if_object();
            const auto word = [&](std::string_view name) -> std::string {
                const auto* found = rules == nullptr ? nullptr : rules->if_contains(name);
                if (found == nullptr) return "";
                return found->is_string() ? std::string(found->get_string()) : to_text(*found);
            };
            const auto* fallback = rules == nullptr ? nullptr : rules->if_contains("default");
            return fmt::format("`{}.{}` | {} | {} | {} | {}", says_.id, std::string_view(one.key()), word("type"),
                               fallback == nullptr ? "" : fmt::format("`{}`", cell(to_text(*fallback))), word("scope"),
                               cell(word("description")));
        });
    }

    void commands() {
        std::vector<std::string> rows;
        for (const auto& [path, item] : openapi_.at("paths").as_object())
            for (const auto& [method, what] : item.as_object()) {
                if (what.at("tags").as_array().at(0).as_string() != says_.id) continue;
                std::string upper(method);
                std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return std::toupper(c); });
                rows.push_back(fmt::format("`{}` | `{} {}` | {}", std::string_view(what.at("operationId").as_string()),
                                           upper, std::string_view(path),
                                           cell(what.at("summary").as_string().c_str())));
            }
        std::ranges::sort(rows);
        table("command | over HTTP | ", rows, [](const std::string& one) { return one; });
    }

    void judging() {
        std::vector<std::string> rows;
        const auto row = [&](std::string_view what, const plugins::judging_said& one) {
            rows.push_back(fmt::format("{} | {} | {} ms | {}", what, plugins::name_of(one.on_failure),
                                       one.deadline.count(), one.security ? "yes" : ""));
        };
        for (const auto& one : says_.hooks) row(fmt::format("`{}`, {}", one.event, plugins::name_of(one.when)), one);
        for (const auto& one : says_.changes) row(fmt::format("`{}`", one.change), one);
        table("judges | on_failure | deadline | guards", rows, [](const std::string& one) { return one; });
    }

    void metrics() {
        std::vector<family> own;
        for (const auto& one : measured_)
            if (is_of_plugin(one, says_.id)) own.push_back(one);
        table("metric | type | ", own,
              [](const family& one) { return fmt::format("`{}` | {} | {}", one.name, one.type, cell(one.sentence)); });
    }

    const plugins::manifest& says_;
    const boost::json::object& openapi_;
    const std::vector<family>& measured_;
    std::string text_;
};

}  // namespace

std::string hooks_reference(const transport::operation_catalogue& all, std::string_view abi_header) {
    const plugins::judging_said otherwise;
    std::string page = "# Hooks\n\n";
    page += made_from;
    page += fmt::format(
        "What plugins can judge before it happens; [how](../extend/hooks.md). In a manifest, `on_failure` is `{}`, "
        "`deadline_ms`\n{} and `security` {} where it does not say otherwise; a deadline is 1 to 60000 ms. An operator "
        "may [set](../run/plugins.md)\nthe first two anew. After the commit, a plugin can hear every event of the "
        "[log](events.md).\n\n## On messages\n\n"
        "| event | phase | may | `on_failure` |\n|---|---|---|---|\n",
        plugins::name_of(otherwise.on_failure), otherwise.deadline.count(), otherwise.security);
    for (const auto event : plugins::judged_events()) {
        const auto policies = fmt::format("`{}`", fmt::join(plugins::policies_of(event), "`, `"));
        const bool holds = policies.contains("hold");
        page += fmt::format("| `{}` | amend | change type, text and data; refuse | {} |\n", event, policies);
        page += fmt::format("| | check | pass; refuse{} | {} |\n", holds ? "; hold" : "", policies);
    }
    page +=
        "\nAll amend hooks come before all check hooks, and what these see is what is stored. What they are shown:\n\n"
        "| member of the draft | | |\n|---|---|---|\n";
    page += draft_of(abi_header);
    page +=
        "\n## On other changes\n\nJudges pass or refuse; rights are checked when the change is made, so they also see "
        "what will be refused anyway. They are\nshown what the command was given.\n\n"
        "| change | made by | shown |\n|---|---|---|\n";
    for (const auto change : plugins::judged_changes()) page += change_row(change, all);
    return page;
}

std::string metrics_reference(std::string_view exposition) {
    std::string page = "# Metrics\n\n";
    page += made_from;
    page +=
        "What `/metrics` says, in Prometheus' text format. `parley_tls_...` is there with a certificate, "
        "`parley_plugin_...` with plugins;\nwhat shipped plugins measure themselves stands with [them](plugins.md).\n\n"
        "| metric | type | labels | |\n|---|---|---|---|\n";
    for (const auto& one : families_of(exposition)) page += metric_row(one);
    return page;
}

std::string plugins_reference(std::span<const plugins::embedded> all, const boost::json::object& openapi,
                              std::string_view exposition) {
    std::string page = "# Shipped plugins\n\n";
    page += made_from;
    page +=
        "What each says of itself in its manifest; `parley plugin describe` says it of any plugin. The shapes of "
        "commands and events\nare in `/api/v1/openapi.json` and `/api/v1/asyncapi.json` where the plugin is on.\n";
    const auto measured = families_of(exposition);
    for (const auto& one : all) page += plugin_page(one.says, openapi, measured).text();
    return page;
}

}  // namespace parley::server

// A plugin's manifest in words: everything that it may do, and nothing that only its code knows.
#include "server/plugin_words.hpp"

#include <fmt/format.h>

#include "base/json.hpp"

namespace parley::server {
namespace {

class describer {
public:
    explicit describer(const plugins::embedded& of) : from_(of), says_(of.says) {}

    std::vector<std::string> run() {
        say("{} {} ({}): {}", says_.id, says_.version_text, says_.title, says_.sentence);
        say("licence {}; ABI {}.{}; built by {}; {}", says_.licence.empty() ? "unknown" : says_.licence,
            says_.abi_major, says_.abi_minor, from_.compiler.empty() ? "nobody knows what" : from_.compiler,
            says_.runs == plugins::isolation::process ? "runs in a process of its own"
                                                      : "runs in the server's process");
        for (const auto& one : says_.needs) say("needs the plugin {} {}", one.plugin, one.versions.text());
        storage();
        rights();
        for (const auto& one : says_.reads_files_of) say("reads the files of {}", one);
        for (const auto& one : says_.reads_folders) say("reads the folder that {}.{} names", says_.id, one);
        for (const auto& one : says_.rules)
            say("wants {}.{} not to be less than {} where both are on", says_.id, one.setting, one.at_least);
        for (const auto& one : says_.connects_to)
            say("makes network connections where {}.{} is set, to what it names", says_.id, one);
        settings();
        judging();
        for (const auto& one : says_.hears) say("hears {}", one);
        for (const auto& one : says_.says) say("says {}: {}", one.type, one.sentence);
        for (const auto& one : says_.commands) say("offers the command {}", one);
        for (const auto& one : says_.operates) say("lets the operator run {} with `parley plugin call`", one);
        for (const auto& one : says_.message_types) say("has messages of type {}: {}", one.name, one.sentence);
        for (const auto& one : says_.jobs) say("has the job {}", one);
        for (const auto& one : says_.services) say("serves other plugins with {}", one);
        for (const auto& one : says_.metrics) say("measures parley_plugin_{}_{}", says_.id, one);
        for (const auto& one : says_.kinds) say("has conversations of the kind {}: {}", one.name, one.sentence);
        if (!says_.web.empty()) say("has pieces for the web client: {}", to_text(says_.web));
        return std::move(lines_);
    }

private:
    template <class... Values>
    void say(fmt::format_string<Values...> line, Values&&... values) {
        lines_.push_back(fmt::format(line, std::forward<Values>(values)...));
    }

    void storage() {
        if (!says_.storage) return say("keeps no rows");
        say("keeps rows of its own: {} migrations for SQLite, {} for PostgreSQL", from_.sqlite.size(),
            from_.postgresql.size());
    }

    void rights() {
        for (const auto& one : says_.permissions)
            say("has the permission {}, of {}: {}", one.name, fmt::join(one.roles, ", "), one.sentence);
        for (const auto& one : says_.uses) say("uses the API's {}", one);
        for (const auto& one : says_.permissions_used) say("as itself it has the right {}", one);
    }

    void settings() {
        for (const auto& [name, value] : says_.settings) {
            const auto* words = value.if_object();
            if (words == nullptr) continue;
            const auto text = [&](std::string_view word) {
                const auto* found = words->if_contains(word);
                return found == nullptr || !found->is_string() ? std::string() : std::string(found->get_string());
            };
            const auto* fallback = words->if_contains("default");
            say("setting {}.{} ({}, default {}): {}", says_.id, std::string_view(name), text("type"),
                fallback == nullptr ? "none" : to_text(*fallback), text("description"));
        }
    }

    void judging() {
        for (const auto& one : says_.hooks)
            judge(one, fmt::format("{} in the phase {}", one.event, plugins::name_of(one.when)));
        for (const auto& one : says_.changes) judge(one, one.change);
    }

    void judge(const plugins::judging_said& one, const std::string& what) {
        say("judges {}{}: {} ms, then {}{}{}", what, one.security ? ", to guard something" : "", one.deadline.count(),
            plugins::name_of(one.on_failure),
            one.after.empty() ? "" : fmt::format("; after {}", fmt::join(one.after, ", ")),
            one.before.empty() ? "" : fmt::format("; before {}", fmt::join(one.before, ", ")));
    }

    const plugins::embedded& from_;
    const plugins::manifest& says_;
    std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> words_about(const plugins::embedded& of) { return describer(of).run(); }

}  // namespace parley::server

// The manifest's members, one function for each kind of them.
#include "plugins/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.hpp"
#include "base/text.hpp"
#include "plugins/elf_section.hpp"
#include "plugins/manifest_names.hpp"
#include "plugins/member_reader.hpp"

namespace parley::plugins {
namespace {

constexpr std::array<std::string_view, 2> events{"message.send", "message.edit"};
constexpr std::array<std::string_view, 4> changes{"conversation.create", "conversation.archive", "member.add",
                                                  "user.create"};

constexpr std::size_t sentence_bytes = 500;
constexpr std::int64_t most_deadline_ms = 60'000;
constexpr std::string_view word_shape = "a word of a-z, 0-9 and _";
constexpr std::string_view dotted_shape = "words with dots between, as in reaction.add";
constexpr std::string_view id_shape = "the id of a plugin";
constexpr std::size_t most_list = 256;

template <class List, class Member>
bool stands_in(const List& list, const std::string& name, Member member) {
    return std::ranges::find(list, name, member) != list.end();
}

void read_abi(member_reader& in, manifest& into) {
    const auto said = in.text("abi", 16);
    const auto dot = said.find('.');
    const auto number = [](std::string_view text, unsigned& to) {
        const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), to);
        return problem == std::errc{} && end == text.data() + text.size();
    };
    if (said.empty()) return;
    if (dot == std::string::npos || !number(std::string_view(said).substr(0, dot), into.abi_major) ||
        !number(std::string_view(said).substr(dot + 1), into.abi_minor))
        in.problem("abi", "must be two numbers with a dot between, in quotes, as in \"1.0\"");
}

void read_who(member_reader& in, manifest& into) {
    into.id = in.text("id", 32);
    if (!into.id.empty() && !is_plugin_id(into.id))
        in.problem("id", "must be 2 to 32 of a-z, 0-9 and _, the first one a letter");
    into.version_text = in.text("version", 64);
    if (const auto number = parse_version(into.version_text))
        into.number = *number;
    else if (!into.version_text.empty())
        in.problem("version", "must be three numbers with dots between, as in 1.0.0");
    read_abi(in, into);
    into.title = in.text("title", 80);
    into.sentence = in.text("sentence", sentence_bytes);
    into.licence = in.text("licence", 80);
    into.storage = in.yes("storage", false);
    into.files = in.yes("files", false);
    into.web_root = in.yes("web_root", false);
    into.runs = *parse_isolation(in.word("isolation", {"in_process", "process"}, "in_process"));
    into.memory_mib = in.whole("memory_mib", 64, 1'048'576, 512);
}

/// Calls `each` with a reader for every object of a list.
template <class Each>
void read_list(member_reader& in, std::string_view name, Each each) {
    const auto list = in.array(name, most_list);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto member = fmt::format("{}[{}]", name, i);
        if (!list[i].is_object()) {
            in.problem(member, "must be a mapping");
            continue;
        }
        member_reader one(list[i].get_object(), in.path_of(member), in.all());
        each(one);
        one.finish();
    }
}

void read_needs(member_reader& in, manifest& into) {
    read_list(in, "needs", [&](member_reader& one) {
        need_said made{.plugin = one.text("plugin", 32), .versions = {}};
        const auto range = one.text("version", 64);
        if (const auto parsed = version_range::parse(range))
            made.versions = *parsed;
        else if (!range.empty())
            one.problem("version", "must be comparisons with spaces between, as in \">=1.0 <2\"");
        if (!made.plugin.empty() && !is_plugin_id(made.plugin)) one.problem("plugin", "must be the id of a plugin");
        if (made.plugin == into.id) one.problem("plugin", "is the plugin itself");
        into.needs.push_back(std::move(made));
    });
}

void read_permissions(member_reader& in, manifest& into) {
    read_list(in, "permissions", [&](member_reader& one) {
        permission_said made{.name = one.text("name", 96),
                             .sentence = one.text("sentence", sentence_bytes),
                             .roles = one.names("roles", is_word, "the name of a role")};
        if (!made.name.empty() && (!is_dotted(made.name) || !made.name.starts_with(into.id + ".")))
            one.problem("name", fmt::format("must begin with the plugin's id, as in {}.use", into.id));
        if (stands_in(into.permissions, made.name, &permission_said::name)) one.problem("name", "stands there twice");
        into.permissions.push_back(std::move(made));
    });
}

void read_judging(member_reader& one, judging_said& into, std::vector<std::string_view> policies) {
    into.on_failure = *parse_failure_policy(one.word("on_failure", std::move(policies), "refuse"));
    into.deadline = std::chrono::milliseconds(one.whole("deadline_ms", 1, most_deadline_ms, 1000));
    into.after = one.names("after", is_plugin_id, id_shape);
    into.before = one.names("before", is_plugin_id, id_shape);
    into.security = one.yes("security", false);
    if (into.security && into.on_failure == failure_policy::skip)
        one.problem("on_failure",
                    "must not be skip where security is true; an operator may set it and accept the risk");
}

void read_hooks(member_reader& in, manifest& into) {
    read_list(in, "hooks", [&](member_reader& one) {
        hook_said made;
        made.event = one.word("event", {events.begin(), events.end()});
        made.when = one.word("phase", {"amend", "check"}) == "amend" ? phase::amend : phase::check;
        read_judging(one, made, policies_of(made.event));
        made.held_until_holder = one.word("held_until", {"review", "holder"}, "review") == "holder";
        for (const auto& other : into.hooks)
            if (other.event == made.event && other.when == made.when)
                one.problem("event", "has a hook of this phase already");
        into.hooks.push_back(std::move(made));
    });
}

void read_changes(member_reader& in, manifest& into) {
    read_list(in, "changes", [&](member_reader& one) {
        change_said made;
        made.change = one.word("change", {changes.begin(), changes.end()});
        read_judging(one, made, {"refuse", "skip"});
        if (stands_in(into.changes, made.change, &change_said::change)) one.problem("change", "stands there twice");
        into.changes.push_back(std::move(made));
    });
}

void read_said(member_reader& in, manifest& into) {
    read_list(in, "says", [&](member_reader& one) {
        event_said made{.type = one.text("type", 96),
                        .sentence = one.text("sentence", sentence_bytes),
                        .data = one.object("data"),
                        .heard_with = one.optional_text("heard_with", 96)};
        if (!made.type.empty() && !is_dotted(made.type)) one.problem("type", fmt::format("must be {}", dotted_shape));
        if (stands_in(into.says, made.type, &event_said::type)) one.problem("type", "stands there twice");
        if (!made.heard_with.empty() && !stands_in(into.permissions, made.heard_with, &permission_said::name))
            one.problem("heard_with", "must be one of the plugin's own permissions");
        into.says.push_back(std::move(made));
    });
    read_list(in, "message_types", [&](member_reader& one) {
        message_type_said made{.name = one.text("name", 64), .sentence = one.text("sentence", sentence_bytes)};
        if (!made.name.empty() && !is_word(made.name)) one.problem("name", fmt::format("must be {}", word_shape));
        into.message_types.push_back(std::move(made));
    });
}

void read_kinds(member_reader& in, manifest& into) {
    constexpr int most_people = 10'000;
    read_list(in, "kinds", [&](member_reader& one) {
        kind_said made{.name = one.text("name", 64), .sentence = one.text("sentence", sentence_bytes)};
        made.made_with = one.optional_text("made_with", 96);
        made.managed_with = one.optional_text("managed_with", 96);
        const auto party = [&](std::string_view name) {
            return one.word(name, {"nobody", "members", "admins"}, "members");
        };
        made.writes = party("writes");
        made.adds_members = party("adds_members");
        made.leaves = party("leaves");
        made.removes_messages = party("removes_messages");
        made.least_members = static_cast<int>(one.whole("least_members", 1, most_people, 1));
        made.most_members = static_cast<int>(one.whole("most_members", 0, most_people, 0));
        made.named = one.yes("named", false);
        made.listed = one.yes("listed", false);
        made.one_per_party = one.yes("one_per_party", false);
        made.view_hints = one.object("view_hints");
        if (!made.name.empty() && !is_word(made.name)) one.problem("name", fmt::format("must be {}", word_shape));
        if (stands_in(into.kinds, made.name, &kind_said::name)) one.problem("name", "stands there twice");
        if (made.most_members != 0 && made.most_members < made.least_members)
            one.problem("most_members", "must not be less than least_members");
        into.kinds.push_back(std::move(made));
    });
}

/// A tenant's file cannot choose what is opened.
bool is_server_text(const boost::json::object& settings, std::string_view name) {
    const auto* found = settings.if_contains(name);
    const auto* words = found == nullptr ? nullptr : found->if_object();
    const auto says = [&](std::string_view word, std::string_view what) {
        const auto* text = words->if_contains(word);
        return text != nullptr && text->is_string() && text->get_string() == what;
    };
    return words != nullptr && says("type", "string") && says("scope", "server");
}

void read_names(member_reader& in, manifest& into) {
    into.uses = in.names("uses", is_dotted, dotted_shape);
    into.permissions_used = in.names("permissions_used", is_dotted, dotted_shape);
    into.hears = in.names("hears", is_dotted, dotted_shape);
    into.commands = in.names("commands", is_dotted, dotted_shape);
    into.operates = in.names("operates", is_dotted, dotted_shape);
    for (const auto& one : into.operates)
        if (std::ranges::find(into.commands, one) == into.commands.end())
            in.problem("operates", fmt::format("{} is none of its commands", one));
    into.jobs = in.names("jobs", is_word, word_shape);
    into.services = in.names("services", is_service, "a dotted name and a version, as in reactions.count/1");
    into.asks = in.names("asks", is_asked, "a word and a version, as in file_check/1");
    into.reads_files_of = in.names("reads_files_of", is_plugin_id, id_shape);
    into.metrics = in.names("metrics", is_word, word_shape);
    into.settings = in.object("settings");
    into.web = in.array("web");
    into.reads_folders = in.names("reads_folders", is_word, word_shape);
    for (const auto& one : into.reads_folders)
        if (!is_server_text(into.settings, one))
            in.problem("reads_folders", fmt::format("{} is no setting of type string and scope server", one));
    into.connects_to = in.names("connects_to", is_word, word_shape);
    for (const auto& one : into.connects_to)
        if (!is_server_text(into.settings, one))
            in.problem("connects_to", fmt::format("{} is no setting of type string and scope server", one));
}

void read_rules(member_reader& in, manifest& into) {
    read_list(in, "rules", [&](member_reader& one) {
        rule_said made{.setting = one.text("setting", 64), .at_least = one.text("at_least", 128)};
        if (!made.setting.empty() && !into.settings.contains(made.setting))
            one.problem("setting", "is no setting of its own");
        if (!made.at_least.empty() && !is_dotted(made.at_least))
            one.problem("at_least", "must be a plugin's id and its setting, as in attachments.max_file_size");
        into.rules.push_back(std::move(made));
    });
}

manifest read_manifest(const boost::json::object& from, problems& to) {
    manifest made;
    member_reader in(from, "", to);
    read_who(in, made);
    read_needs(in, made);
    read_permissions(in, made);
    read_hooks(in, made);
    read_changes(in, made);
    read_said(in, made);
    read_kinds(in, made);
    read_names(in, made);
    read_rules(in, made);
    in.finish();
    return made;
}

migration_texts read_migrations(member_reader& in, std::string_view database) {
    migration_texts made;
    const auto files = in.object(database);
    for (const auto& [name, text] : files) {
        const std::string file(name);
        if (!text.is_string() || !(file.ends_with(".up.sql") || file.ends_with(".down.sql")) || file.contains('/'))
            in.problem(fmt::format("{}.{}", database, file),
                       "must be the text of a file NNNN_name.up.sql or .down.sql");
        else
            made.emplace(file, text.get_string());
    }
    return made;
}

}  // namespace

std::expected<embedded, problems> read_embedded(std::string_view section) {
    // Linkers pad; a text never ends in zeros.
    section = section.substr(0, section.find_last_not_of('\0') + 1);
    const auto read = parse_object(section, {.max_bytes = most_section_bytes, .max_depth = 32, .max_members = 1'000});
    if (!read)
        return std::unexpected(
            problems{fmt::format("What is in {} cannot be read: {}", section_name, read.error().message)});
    embedded made;
    problems wrong;
    member_reader in(*read, "", wrong);
    if (in.whole("format", 0, 1'000'000, 0) != 1)
        return std::unexpected(problems{"The manifest is in a format that this server does not know."});
    const auto said = in.object("manifest");
    made.source = in.optional_text("source", most_section_bytes);
    const auto migrations = in.object("migrations");
    const auto built = in.object("built");
    in.finish();
    made.says = read_manifest(said, wrong);
    made.written = said;
    member_reader texts(migrations, "migrations", wrong);
    made.sqlite = read_migrations(texts, "sqlite");
    made.postgresql = read_migrations(texts, "postgresql");
    texts.finish();
    member_reader by(built, "built", wrong);
    made.compiler = by.optional_text("compiler", 200);
    made.odb = by.optional_text("odb", 40);
    made.built_abi = by.optional_text("abi", 16);
    by.finish();
    if (!made.says.storage && !(made.sqlite.empty() && made.postgresql.empty()))
        wrong.emplace_back("storage: is not true, but there are migrations");
    if (!wrong.empty()) return std::unexpected(std::move(wrong));
    return made;
}

std::expected<embedded, problems> read_library_bytes(std::string_view file) {
    const auto section = find_section(file, section_name);
    if (!section) return std::unexpected(problems{section.error().message});
    return read_embedded(*section);
}

bool is_plugin_id(std::string_view text) { return is_word(text) && text.size() >= 2 && text.size() <= 32; }

std::span<const std::string_view> judged_events() { return events; }

std::vector<std::string_view> policies_of(std::string_view event) {
    // Only a new message can be held: an edit's old text is there already.
    if (event == "message.send") return {"refuse", "hold", "skip"};
    return {"refuse", "skip"};
}

std::span<const std::string_view> judged_changes() { return changes; }

std::string_view name_of(phase of) { return of == phase::amend ? "amend" : "check"; }

std::string_view name_of(failure_policy of) {
    switch (of) {
        case failure_policy::hold:
            return "hold";
        case failure_policy::skip:
            return "skip";
        case failure_policy::refuse:
            break;
    }
    return "refuse";
}

std::string_view name_of(isolation of) { return of == isolation::process ? "process" : "in_process"; }

std::optional<failure_policy> parse_failure_policy(std::string_view word) {
    for (const auto one : {failure_policy::refuse, failure_policy::hold, failure_policy::skip})
        if (name_of(one) == word) return one;
    return std::nullopt;
}

std::optional<isolation> parse_isolation(std::string_view word) {
    for (const auto one : {isolation::in_process, isolation::process})
        if (name_of(one) == word) return one;
    return std::nullopt;
}

}  // namespace parley::plugins

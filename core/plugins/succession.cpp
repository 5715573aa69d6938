// The new manifest is held against the running one: whatever the kernel knows of a plugin must have stayed.
#include "plugins/succession.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/log.hpp"
#include "plugins/wire.hpp"

namespace parley::plugins {
namespace {

/// What another version may say otherwise: nobody but people goes by it.
constexpr std::array<std::string_view, 4> words{"version", "title", "sentence", "licence"};

/// Members of which one has what the other has not, or otherwise.
std::vector<std::string> different(const boost::json::object& a, const boost::json::object& b) {
    std::set<std::string> names;
    for (const auto* of : {&a, &b})
        for (const auto& [name, value] : *of) names.emplace(name);
    std::vector<std::string> made;
    for (const auto& name : names) {
        const auto *here = a.if_contains(name), *there = b.if_contains(name);
        const bool same = here != nullptr && there != nullptr && *here == *there;
        if (!same && std::ranges::find(words, name) == words.end()) made.push_back(name);
    }
    return made;
}

std::string bytes_of(const bindings& of) {
    wire::writer made(wire::frame::ready);
    wire::write(made, of);
    return made.take();
}

problems named(const plugin& of, const embedded& now, problems wrong) {
    for (auto& one : wrong)
        one = fmt::format("plugin {}: {} in the place of {}: {}", of.id(), now.says.version_text, of.running().version,
                          one);
    return wrong;
}

void add(problems& to, problems more) { std::ranges::move(more, std::back_inserter(to)); }

}  // namespace

std::expected<succession, problems> succession::look(const plugin_list& loaded, const judged_by& server) {
    succession made;
    problems wrong;
    for (const auto& one : loaded) {
        const auto stamp = stamp_of(one->file);
        // A file that is gone is the next start's business.
        if (!stamp || *stamp == one->running().stamp) continue;
        auto read = read_library(one->file);
        if (!read) {
            for (const auto& why : read.error()) wrong.push_back(fmt::format("plugin {}: {}", one->id(), why));
            continue;
        }
        auto now = std::make_shared<const embedded>(std::move(*read));
        auto refused = judge(one->file, *now, server);
        if (now->says.id != one->id()) refused.push_back(fmt::format("The plugin {} is in it.", now->says.id));
        if (!refused.empty()) {
            add(wrong, named(*one, *now, std::move(refused)));
            continue;
        }
        made.changes_.push_back(
            {.of = one.get(), .now = std::move(now), .stamp = *stamp, .needs_restart = {}, .next = nullptr});
        check(made.changes_.back(), loaded);
    }
    if (!wrong.empty()) return std::unexpected(std::move(wrong));
    return made;
}

void succession::check(change& of, const plugin_list& loaded) {
    const auto& says = of.now->says;
    const auto running = parse_version(of.of->running().version);
    if (of.of->runs_as == isolation::in_process) {
        of.needs_restart = "it runs in the server's process";
        return;
    }
    if (running && says.number < *running) {
        of.needs_restart = "it is older than what runs";
        return;
    }
    if (const auto names = different(of.of->from.written, of.now->written); !names.empty()) {
        of.needs_restart = fmt::format("its manifest has other {}", fmt::join(names, ", "));
        return;
    }
    for (const auto& other : loaded)
        for (const auto& need : other->says().needs)
            if (need.plugin == says.id && !need.versions.has(says.number))
                of.needs_restart = fmt::format("{} needs {} {}", other->id(), says.id, need.versions.text());
}

problems succession::begin(plugin_store* rows) {
    problems wrong;
    for (auto& one : changes_)
        if (one.needs_restart.empty()) add(wrong, named(*one.of, *one.now, begin(one, rows)));
    return wrong;
}

problems succession::begin(change& one, plugin_store* rows) {
    if (one.of->says().storage && rows != nullptr)
        if (const auto done = rows->upgrade(*one.now); !done) return {done.error().message};
    auto made = one.of->runs->succeed(one.now);
    if (!made) return std::move(made.error());
    if (bytes_of((*made)->bound()) != bytes_of(one.of->bound))
        one.needs_restart = "its setup binds commands, jobs, metrics or hooks otherwise than the running one";
    else
        one.next = std::move(*made);
    return {};
}

void succession::take() {
    for (auto& one : changes_) {
        if (!one.next) continue;
        const auto before = one.of->running().version;
        one.next->take();
        one.next = nullptr;
        one.of->runs_from({one.now->says.version_text, one.stamp});
        log::info("plugin replaced", {{"plugin", one.of->id()}, {"from", before}, {"to", one.now->says.version_text}});
    }
}

std::vector<turnover> succession::all() const {
    std::vector<turnover> made;
    for (const auto& one : changes_)
        made.push_back({.plugin = one.of->id(),
                        .before = one.of->running().version,
                        .after = one.now->says.version_text,
                        .needs_restart = one.needs_restart});
    return made;
}

}  // namespace parley::plugins

// Making a generation: the order of every hook is solved once, and what scopes have alike is kept once.
#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "plugins/hook_order.hpp"
#include "plugins/snapshot.hpp"

namespace parley::plugins {
namespace {

constexpr std::size_t most_settings_bytes = 256 * 1024;

/// One hook or change of one plugin, before it is known where it is on.
struct candidate {
    hook_use use;
    std::string what;  // "message.send"
    std::string name;  // as operators write it: "message.send check", "member.add"
    const judging_said* said = nullptr;
};

std::vector<candidate> candidates_in(const std::vector<std::unique_ptr<plugin>>& all) {
    std::vector<candidate> made;
    const auto add = [&](plugin& of, std::uint32_t number, watch& seen, const judging_said& said, std::string what,
                         std::string name) -> candidate& {
        made.push_back({.use = {.of = &of,
                                .number = number,
                                .seen = &seen,
                                .on_failure = said.on_failure,
                                .deadline = said.deadline,
                                .security = said.security},
                        .what = std::move(what),
                        .name = std::move(name),
                        .said = &said});
        return made.back();
    };
    for (const auto& one : all) {
        for (std::uint32_t i = 0; i < one->bound.hooks.size(); ++i)
            for (const auto& said : one->says().hooks)
                if (said.event == one->bound.hooks[i].event && said.when == one->bound.hooks[i].when) {
                    auto& use = add(*one, i, one->hooks[i], said, said.event,
                                    fmt::format("{} {}", said.event, name_of(said.when)))
                                    .use;
                    use.when = said.when;
                    if (said.held_until_holder) use.held_until = hold::until::holder;
                }
        for (std::uint32_t i = 0; i < one->bound.changes.size(); ++i)
            for (const auto& said : one->says().changes)
                if (said.change == one->bound.changes[i])
                    add(*one, i, one->of(call_kind::change, i), said, said.change, said.change);
    }
    return made;
}

void apply_choice(candidate& to, const hook_choice& by, problems& wrong) {
    if (by.deadline) to.use.deadline = *by.deadline;
    if (!by.on_failure) return;
    const auto place = fmt::format("plugin {}, hook {}", by.plugin, by.hook);
    if (*by.on_failure == failure_policy::hold && to.what != "message.send")
        wrong.push_back(fmt::format("{}: on_failure: only a new message can be held", place));
    else if (*by.on_failure == failure_policy::skip && to.use.security && !by.accept_risk)
        wrong.push_back(
            fmt::format("{}: on_failure: skip would let through what it guards against; "
                        "accept_risk: true says that this is meant",
                        place));
    else
        to.use.on_failure = *by.on_failure;
}

/// All that belong to one event and phase, in their order.
std::vector<candidate> in_order(std::vector<candidate> all, problems& wrong) {
    std::vector<ordered> nodes;
    for (const auto& one : all)
        nodes.push_back({.id = one.use.of->id(), .after = one.said->after, .before = one.said->before});
    const auto order = solve_order(nodes);
    if (!order) {
        wrong.push_back(fmt::format("hook {}: these want to come after each other in a circle: {}", all.front().name,
                                    order.error()));
        return all;
    }
    std::vector<candidate> made;
    for (const auto i : *order) made.push_back(std::move(all[i]));
    return made;
}

}  // namespace

class snapshot::builder {
public:
    builder(const std::vector<std::unique_ptr<plugin>>& all, settings_pool& pool) : all_(all), pool_(pool) {}

    void order_hooks(const std::vector<hook_choice>&);
    [[nodiscard]] tenant_entry tenant(const tenant_choice&, std::string_view name);
    [[nodiscard]] scope_view scope(const scope_choice&, const std::string& place);

    problems wrong;
    [[nodiscard]] std::size_t routings() const { return routings_.size(); }
    [[nodiscard]] bool judges() const {
        return std::ranges::any_of(routings_, [](const auto& one) { return !one.second->lists.empty(); });
    }

private:
    [[nodiscard]] std::shared_ptr<const routing> route(std::vector<bool> on);
    [[nodiscard]] std::shared_ptr<const settings_list> settings(const scope_choice&, const std::string& place);
    [[nodiscard]] std::shared_ptr<const stored_settings> stored(const std::string& text, const std::string& place);

    const std::vector<std::unique_ptr<plugin>>& all_;
    settings_pool& pool_;
    std::vector<candidate> hooks_;  // every one there is; of one event and phase in their order
    std::map<std::vector<bool>, std::shared_ptr<const routing>> routings_;
    std::map<settings_list, std::shared_ptr<const settings_list>> lists_;
    std::unordered_map<std::string, std::shared_ptr<const stored_settings>> texts_;  // that were read already
};

void snapshot::builder::order_hooks(const std::vector<hook_choice>& by) {
    auto found = candidates_in(all_);
    for (const auto& choice : by) {
        const auto to = std::ranges::find_if(
            found, [&](const candidate& one) { return one.use.of->id() == choice.plugin && one.name == choice.hook; });
        if (to == found.end())
            wrong.push_back(
                fmt::format("plugin {}: it has no hook {}", choice.plugin, escape_and_cut(choice.hook, 80)));
        else
            apply_choice(*to, choice, wrong);
    }
    std::map<std::pair<std::string, phase>, std::vector<candidate>> groups;
    for (auto& one : found) groups[{one.what, one.use.when}].push_back(std::move(one));
    for (auto& [key, group] : groups)
        for (auto& one : in_order(std::move(group), wrong)) hooks_.push_back(std::move(one));
}

std::shared_ptr<const routing> snapshot::builder::route(std::vector<bool> on) {
    auto& known = routings_[on];
    if (known) return known;
    auto made = std::make_shared<routing>();
    for (const auto& one : hooks_)  // amend comes before check, because the groups are sorted by phase
        if (on[one.use.of->number]) made->lists[one.what].push_back(one.use);
    made->on = std::move(on);
    known = std::move(made);
    return known;
}

std::shared_ptr<const stored_settings> snapshot::builder::stored(const std::string& text, const std::string& place) {
    auto& known = texts_[text];
    if (known) return known;
    const auto read = parse_object(text, {.max_bytes = most_settings_bytes});
    if (!read) wrong.push_back(fmt::format("{}: {}", place, read.error().message));
    known = pool_.get(text);
    return known;
}

std::shared_ptr<const settings_list> snapshot::builder::settings(const scope_choice& of, const std::string& place) {
    settings_list made;
    for (const auto& one : all_) {
        const auto found = of.settings.find(one->id());
        made.push_back(stored(found == of.settings.end() ? "{}" : found->second,
                              fmt::format("{}, settings of {}", place, one->id())));
    }
    auto& known = lists_[made];
    if (!known) known = std::make_shared<settings_list>(std::move(made));
    return known;
}

scope_view snapshot::builder::scope(const scope_choice& of, const std::string& place) {
    std::vector<bool> on(all_.size());
    for (const auto& id : of.enabled) {
        const auto found = std::ranges::find_if(all_, [&](const auto& one) { return one->id() == id; });
        if (found == all_.end())
            wrong.push_back(fmt::format("{}: the plugin {} is not loaded", place, escape_and_cut(id, 40)));
        else
            on[(*found)->number] = true;
    }
    for (const auto& one : all_)
        for (const auto& need : one->says().needs)
            if (on[one->number] && std::ranges::find(of.enabled, need.plugin) == of.enabled.end())
                wrong.push_back(
                    fmt::format("{}: the plugin {} is on and needs {}, which is off", place, one->id(), need.plugin));
    return {.route = route(std::move(on)), .settings = settings(of, place)};
}

snapshot::tenant_entry snapshot::builder::tenant(const tenant_choice& of, std::string_view name) {
    tenant_entry made{.own = scope(of.own, fmt::format("tenant {}", name)), .models = {}};
    for (const auto& [model, choice] : of.models)
        made.models.emplace(model, scope(choice, fmt::format("tenant {}, model {}", name, model)));
    return made;
}

std::expected<std::shared_ptr<const snapshot>, problems> snapshot::make(const std::vector<std::unique_ptr<plugin>>& all,
                                                                        const choices& by, settings_pool& pool) {
    builder with(all, pool);
    auto made = std::make_shared<snapshot>();
    with.order_hooks(by.hooks);
    made->otherwise_ = {.own = with.scope(by.otherwise, "every tenant"), .models = {}};
    for (const auto& [name, choice] : by.tenants) made->tenants_.emplace(name, with.tenant(choice, name));
    made->routings_ = with.routings();
    made->judges_ = with.judges();
    if (!with.wrong.empty()) return std::unexpected(std::move(with.wrong));
    return made;
}

}  // namespace parley::plugins

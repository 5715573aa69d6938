// Two numbers, each looked up from the scope upwards.
#include "config/plugin_rules.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <set>
#include <tuple>

#include "config/plugin_scopes.hpp"

namespace parley::config {
namespace {

class rule_check {
public:
    rule_check(const configuration& of, problem_list& to) : of_(of), to_(to) {}

    void run() {
        scope({}, {}, {&of_.from.tenant, &of_.from.server});
        for (const auto& [name, values] : of_.from.tenants) scope(name, {}, {&values, &of_.from.server});
        for (const auto& [name, values] : of_.from.models) {
            const auto slash = name.find('/');
            const auto tenant = name.substr(0, slash);
            const auto above = of_.from.tenants.find(tenant);
            scope(tenant, name.substr(slash + 1),
                  {&values, above == of_.from.tenants.end() ? &of_.from.tenant : &above->second, &of_.from.server});
        }
    }

private:
    void scope(std::string_view tenant, std::string_view model, std::initializer_list<const node*> trees) {
        const auto on = plugins_on(of_, tenant, model);
        for (const auto& plugin : of_.known->plugins) {
            if (!on.contains(plugin.id)) continue;
            for (const auto& rule : plugin.rules) {
                if (!on.contains(rule.at_least.substr(0, rule.at_least.find('.')))) continue;
                compare(fmt::format("{}.{}", plugin.id, rule.setting), rule.at_least, trees);
            }
        }
    }

    static const node* look_up(const std::string& path, std::initializer_list<const node*> trees) {
        for (const auto* tree : trees)
            if (const auto* found = tree->find(path); found != nullptr && found->kind == node_kind::integer)
                return found;
        return nullptr;
    }

    void compare(const std::string& path, const std::string& other, std::initializer_list<const node*> trees) {
        const auto* own = look_up(path, trees);
        const auto* least = look_up(other, trees);
        if (own == nullptr || least == nullptr || own->integer >= least->integer) return;
        const bool own_was_set = least->where.kind == origin_kind::built_in;
        const auto& at = own_was_set ? *own : *least;
        const auto text = own_was_set ? fmt::format("must not be less than {}, which is {}", other, least->integer)
                                      : fmt::format("must not be more than {}, which is {}", path, own->integer);
        auto made = at.where.fault(own_was_set ? path : other, text);
        if (said_.emplace(made.file, made.line, made.message).second) to_.add(std::move(made));
    }

    const configuration& of_;
    problem_list& to_;
    std::set<std::tuple<std::string, int, std::string>> said_;
};

}  // namespace

void check_plugin_rules(const configuration& of, problem_list& to) { rule_check(of, to).run(); }

}  // namespace parley::config

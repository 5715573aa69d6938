// Found, checked, run; who acts is found first.
#include "transport/api_calls.hpp"

#include <memory>
#include <optional>

#include "kernel/plugin_account.hpp"
#include "transport/operation_catalogue.hpp"
#include "transport/run_operation.hpp"

namespace parley::transport {
namespace {

/// What leads to sessions and secrets, which would outlive the call that somebody lent its rights to.
bool is_for_people_only(const operation& of) {
    return of.access == access_level::anybody || of.group == "sessions" || of.name.starts_with("password.") ||
           of.name.starts_with("totp.") || of.name == "user.reset_password";
}

}  // namespace

void api_calls::invoke(kernel::caller by, std::string_view name, boost::json::object input, done then) {
    const auto* wanted = with_.catalogue.find(name);
    if (wanted == nullptr || is_for_people_only(*wanted) || !is_there(*wanted, by.tenant_name))
        return then(failure(fault::not_found, "command_unknown", "There is no such command.", "command"));
    if (by.acting_plugin.empty() || by.user) return run(*wanted, std::move(by), std::move(input), std::move(then));
    as_plugin(std::move(by),
              [this, wanted, input = std::move(input), then = std::move(then)](result<kernel::caller> who) mutable {
                  if (!who) return then(std::unexpected(std::move(who.error())));
                  run(*wanted, std::move(*who), std::move(input), std::move(then));
              });
}

bool api_calls::only_reads(std::string_view name) const {
    const auto* found = with_.catalogue.find(name);
    return found != nullptr && found->method == "GET";
}

void api_calls::run(const operation& wanted, kernel::caller by, boost::json::object input, done then) {
    std::vector<std::string> ignored;
    auto checked = check_input(wanted, std::move(input), ignored);
    if (!checked) return then(std::unexpected(std::move(checked.error())));
    const auto session = by.session;
    run_operation(wanted, {.with = with_,
                           .by = std::move(by),
                           .session = session,
                           .in = std::move(*checked),
                           .reply = [then = std::move(then)](result<answer> made) mutable {
                               if (!made) return then(std::unexpected(std::move(made.error())));
                               then(made->take_body());
                           }});
}

void api_calls::as_plugin(kernel::caller by, std::move_only_function<void(result<kernel::caller>)> then) {
    struct state {
        kernel::caller by;
        std::move_only_function<void(result<kernel::caller>)> then;
        std::optional<result<user>> found;
    };
    const std::pair key{by.tenant.value, by.acting_plugin};
    {
        const std::unique_lock held(mutex_);
        if (const auto known = accounts_.find(key); known != accounts_.end()) by.user = known->second;
    }
    if (by.user) return then(std::move(by));
    const auto one = std::make_shared<state>(state{std::move(by), std::move(then), std::nullopt});
    with_.store.write({.tenant = one->by.tenant,
                       .author = {},
                       .client_key = {},
                       .apply =
                           [this, one](kernel::writing& w) {
                               one->found.emplace(kernel::plugin_account(with_.env, w, one->by.acting_plugin));
                               return one->found->has_value();
                           },
                       .finish =
                           [this, one, key](std::optional<error> why) {
                               if (!why && !*one->found) why = std::move(one->found->error());
                               if (why) return one->then(std::unexpected(std::move(*why)));
                               one->by.user = (*one->found)->id;
                               {
                                   const std::scoped_lock held(mutex_);
                                   accounts_.emplace(key, one->by.user);
                               }
                               one->then(std::move(one->by));
                           }});
}

}  // namespace parley::transport

// The road of a password.
#include "transport/sign_in.hpp"

#include <algorithm>

#include "base/secret.hpp"
#include "kernel/present.hpp"
#include "transport/audited_refusal.hpp"
#include "transport/browser_session.hpp"
#include "transport/live.hpp"

namespace parley::transport {
namespace {

/// A device that signed in from there before is not to suffer from what its neighbours do.
kernel::sign_in_brake::device device_of(const attempt& one, kernel::reading& from) {
    // For nobody the question is asked as well: an answer that comes sooner would tell.
    const auto whose = one.account ? one.account->id : user_id{};
    const auto here = kernel::address_block(one.it.by.address);
    const bool known = std::ranges::any_of(from.tokens_of(whose), [&](const access_token& row) {
        return row.kind == token_kind::password && kernel::address_block(row.address) == here;
    });
    return known ? kernel::sign_in_brake::device::known : kernel::sign_in_brake::device::unknown;
}

void hash_off_thread(const attempt_ptr& one, std::function<void(const attempt_ptr&)> then) {
    one->it.with.hash_later([one, then = std::move(then)](bool refused) {
        if (!refused) return then(one);
        one->it.with.brake.not_judged(one->it.by.tenant, one->name, one->it.by.address);
        one->it.reply(
            failure(fault::unavailable, "sign_in_busy", "Too many people sign in at this moment; try again."));
    });
}

}  // namespace

void try_password(call it, std::string name,
                  std::function<result<std::optional<user>>(attempt&, kernel::reading&)> find,
                  std::function<void(const attempt_ptr&)> then) {
    if (!it.by.tenant)
        return it.reply(failure(fault::not_found, "tenant_unknown", "There is no tenant at this address."));
    const auto one = std::make_shared<attempt>(attempt{.it = std::move(it), .name = std::move(name), .account = {}});
    const auto run = [one, find = std::move(find), then = std::move(then)](kernel::reading& from) {
        auto found = find(*one, from);
        if (!found) return one->it.reply(std::unexpected(found.error()));
        one->account = std::move(*found);
        one->device = device_of(*one, from);
        const auto& by = one->it.by;
        if (auto may = one->it.with.brake.admit(by.tenant, one->name, by.address, one->device); !may)
            return refuse_entry(one->it.with, by,
                                {.name = one->name,
                                 .account = one->account ? one->account->id : user_id{},
                                 .how_often = told::once_a_minute},
                                may.error(), std::move(one->it.reply));
        hash_off_thread(one, then);
    };
    one->it.with.store.read({.tenant = one->it.by.tenant, .run = run, .failed = [one](error why) {
                                 one->it.reply(std::unexpected(std::move(why)));
                             }});
}

result<void> check_password_of(const std::optional<user>& account, std::string_view password) {
    const bool has_password = account && !account->password_hash.empty();
    return has_password ? verify_password(account->password_hash, password) : dummy_verify(password);
}

void let_go(const attempt_ptr& one) { one->it.with.brake.succeeded(one->it.by.tenant, one->name, one->it.by.address); }

answer signed_in(const kernel::opened_session& made, const user& who, int status, kernel::keeper kept_by, moment now) {
    answer out{status,
               {{"expires_at", rfc3339(made.row.expires_at)},
                {"session", made.row.id.text()},
                {"ends_at", rfc3339(made.row.ends_at)},
                {"must_enrol", made.row.stage == token_stage::enrol_only},
                {"user", kernel::present(who)}}};
    if (kept_by == kernel::keeper::browser) {
        const auto lasts = std::chrono::floor<std::chrono::seconds>(made.row.expires_at - now);
        out.headers.push_back(keep_cookie(made.token, lasts));
        out.body["csrf_token"] = csrf_token(made.token);
        return out;
    }
    out.body["token"] = made.token;
    if (!made.refresh_token.empty()) out.body["refresh_token"] = made.refresh_token;
    return out;
}

kernel::keeper keeper_of(const input& in) {
    return in.boolean("cookie").value_or(false) ? kernel::keeper::browser : kernel::keeper::program;
}

}  // namespace parley::transport

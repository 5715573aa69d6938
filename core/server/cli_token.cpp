// parley token: access tokens; the secret is printed once and alone, so that it can be piped.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "base/text.hpp"
#include "kernel/accounts.hpp"
#include "kernel/present.hpp"
#include "server/cli_commands.hpp"
#include "server/table.hpp"
#include "server/workspace.hpp"

namespace parley::server {
namespace {

struct owned {
    user owner;
    std::vector<access_token> tokens;
};

result<owned> tokens_of(tenant_workspace& work, const std::string& username) {
    const auto stored = parse_username(username).value_or(username);
    return work.in->read(work.system, [stored](kernel::reading& from) -> result<owned> {
        auto found = from.find_user(stored);
        if (!found) return failure(fault::not_found, "no_user", "There is no user " + stored + ".");
        auto tokens = from.tokens_of(found->id);
        return owned{std::move(*found), std::move(tokens)};
    });
}

std::string state_of(const access_token& one, moment now) {
    if (one.revoked_at) return "revoked";
    return kernel::is_open(one, now) ? "good" : "expired";
}

}  // namespace

outcome token_create(const command_context& with, const token_options& options) {
    auto work = open_workspace(with, options.tenant);
    if (!work) return work.error();
    const auto whose = tokens_of(*work, options.user);
    if (!whose) return with.fail(whose.error());
    const auto& env = work->in->env();
    std::optional<moment> until;
    if (options.days) until = env.time.now() + std::chrono::days{*options.days};
    const auto made = work->in->write(work->system, [&](kernel::writing& to) {
        return kernel::issue_token(env, to, work->system, whose->owner.id, options.name, until, options.permissions);
    });
    if (!made) return with.fail(made.error());
    if (until && made->row.expires_at < *until)
        with.hint(fmt::format("The tenant's sessions.token_days allows less: the token is good until {}.",
                              rfc3339(made->row.expires_at)));
    with.out << made->secret << '\n';
    return outcome::done;
}

outcome token_list(const command_context& with, const token_options& options) {
    auto work = open_workspace(with, options.tenant);
    if (!work) return work.error();
    const auto whose = tokens_of(*work, options.user);
    if (!whose) return with.fail(whose.error());
    table rows({"id", "kind", "name", "permissions", "state", "created_at", "used_at", "expires_at"});
    for (const auto& one : whose->tokens)
        rows.add({one.id.text(), std::string(kernel::name_of(one.kind)), one.name, one.scope.value_or("all"),
                  state_of(one, work->in->env().time.now()), rfc3339(one.created_at),
                  one.used_at ? rfc3339(*one.used_at) : "never", rfc3339(std::max(one.ends_at, one.expires_at))});
    rows.print(with);
    return outcome::done;
}

outcome token_revoke(const command_context& with, const token_options& options) {
    const auto id = token_id::parse(options.id);
    if (!id) return with.misuse("A token is named by its id; `parley token list` shows it.");
    auto work = open_workspace(with, options.tenant);
    if (!work) return work.error();
    const auto whose = tokens_of(*work, options.user);
    if (!whose) return with.fail(whose.error());
    if (std::ranges::find(whose->tokens, *id, &access_token::id) == whose->tokens.end())
        return with.fail({fault::not_found, "not_found", "The user has no such token.", {}});
    const auto revoked = work->in->write(work->system, [&](kernel::writing& to) {
        return kernel::revoke_token(work->in->env(), to, work->system, *id);
    });
    if (!revoked) return with.fail(revoked.error());
    with.out << "The token is revoked.\n";
    return outcome::done;
}

}  // namespace parley::server

// Look-ups in the directory, remembered for a moment because every request asks.
#include "transport/authenticator.hpp"

#include <algorithm>
#include <memory>

#include "base/secret.hpp"
#include "kernel/accounts.hpp"

namespace parley::transport {
namespace {

constexpr std::chrono::milliseconds believed_for{500};
constexpr std::size_t most_remembered = 50'000;
constexpr std::size_t longest_token = 256;

std::unexpected<error> not_good() {
    return failure(fault::unauthenticated, "token_invalid", "The access token is unknown, revoked or expired.");
}

}  // namespace

kernel::caller caller_of(const session& who, const peer& from, std::string request_id) {
    return {.tenant = who.tenant,
            .tenant_name = who.tenant_name,
            .user = who.user,
            .request_id = std::move(request_id),
            .session = who.token,
            .stage = who.stage,
            .only = who.only,
            .address = from.address,
            .user_agent = from.user_agent};
}

std::string host_of(std::string_view header) {
    const auto after_bracket = header.find(']');
    const auto colon = header.find(':', after_bracket == std::string_view::npos ? 0 : after_bracket);
    std::string host(header.substr(0, colon));
    for (auto& c : host)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (host.ends_with('.')) host.pop_back();
    return host;
}

std::optional<session> authenticator::recall(const std::string& digest) {
    const std::scoped_lock lock(guard_);
    const auto found = sessions_.find(digest);
    if (found == sessions_.end()) return std::nullopt;
    if (time_.now() < found->second.until) return found->second.what;
    sessions_.erase(found);
    return std::nullopt;
}

void authenticator::remember(const std::string& digest, const session& what) {
    const std::scoped_lock lock(guard_);
    if (sessions_.size() >= most_remembered) sessions_.clear();
    sessions_.insert_or_assign(digest, remembered{what, time_.now() + believed_for});
}

/// Now and then only: a write for each request would cost more than the request.
void authenticator::note_use(const access_token& row) {
    const auto now = time_.now();
    if (row.used_at && now - *row.used_at < kernel::use_noted_every) return;
    store_.write({.tenant = row.tenant,
                  .author = {},
                  .client_key = {},
                  .apply = [id = row.id, now](kernel::writing& w) { return kernel::note_use(w, id, now); },
                  .finish = [](const std::optional<error>&) {}});
}

void authenticator::forget(token_id token) {
    const std::scoped_lock lock(guard_);
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.what.token == token; });
}

void authenticator::find_session(std::string_view token, std::move_only_function<void(result<session>)> answer) {
    if (token.empty() || token.size() > longest_token) return answer(not_good());
    auto digest = token_digest(token);
    if (auto known = recall(digest)) return answer(std::move(*known));
    auto shared = std::make_shared<std::move_only_function<void(result<session>)>>(std::move(answer));
    store_.with_directory(
        [this, shared, digest](kernel::directory& all) {
            const auto row = all.find_token(digest);
            if (!row || !kernel::is_good(*row, time_.now())) return (*shared)(not_good());
            session found{.tenant = row->tenant,
                          .tenant_name = {},
                          .user = row->user,
                          .token = row->id,
                          .stage = row->stage,
                          .only = kernel::permissions_of(permissions_, row->scope),
                          .until = std::max(row->ends_at, row->expires_at)};
            found.tenant_name = name_of(row->tenant, all);
            remember(digest, found);
            note_use(*row);
            (*shared)(std::move(found));
        },
        [shared](error why) { (*shared)(std::unexpected(std::move(why))); });
}

/// All tenants are read when there is a new one, and not for everybody who comes.
std::string authenticator::name_of(tenant_id tenant, kernel::directory& all) {
    const auto known = [&] {
        const std::scoped_lock lock(guard_);
        const auto found = names_.find(tenant);
        return found == names_.end() ? std::string() : found->second;
    };
    if (auto name = known(); !name.empty()) return name;
    auto read = all.tenants();  // while nobody waits
    {
        const std::scoped_lock lock(guard_);
        for (auto& one : read) names_.insert_or_assign(one.id, std::move(one.name));
    }
    return known();
}

void authenticator::find_tenant(std::string_view host, std::move_only_function<void(result<tenant_of_host>)> answer) {
    find_tenant_named(hosts_(host_of(host)), std::move(answer));
}

void authenticator::find_tenant_named(std::optional<std::string> name,
                                      std::move_only_function<void(result<tenant_of_host>)> answer) {
    if (!name) return answer(failure(fault::not_found, "host_unknown", "No tenant is served under this host name."));
    {
        const std::scoped_lock lock(guard_);
        if (const auto found = tenants_.find(*name); found != tenants_.end())
            return answer(tenant_of_host{found->second, *name});
    }
    auto shared = std::make_shared<std::move_only_function<void(result<tenant_of_host>)>>(std::move(answer));
    store_.with_directory(
        [this, shared, name = *name](kernel::directory& all) {
            const auto row = all.find_tenant(name);
            if (!row)
                return (*shared)(
                    failure(fault::not_found, "host_unknown", "No tenant is served under this host name."));
            {
                const std::scoped_lock lock(guard_);
                tenants_.emplace(name, row->id);
            }
            (*shared)(tenant_of_host{row->id, name});
        },
        [shared](error why) { (*shared)(std::unexpected(std::move(why))); });
}

void authenticator::find_granted(std::string tenant_name, token_id token,
                                 std::move_only_function<void(result<session>)> answer) {
    find_tenant_named(
        std::move(tenant_name), [this, token, answer = std::move(answer)](result<tenant_of_host> tenant) mutable {
            if (!tenant) return answer(std::unexpected(tenant.error()));
            session made{
                .tenant = tenant->id, .tenant_name = tenant->name, .user = {}, .token = token, .only = {}, .until = {}};
            if (!token) return answer(std::move(made));
            auto shared = std::make_shared<std::move_only_function<void(result<session>)>>(std::move(answer));
            store_.read({.tenant = made.tenant,
                         .run =
                             [this, shared, made](kernel::reading& from) mutable {
                                 const auto row = from.find_token(made.token);
                                 if (!row || !kernel::is_good(*row, time_.now())) return (*shared)(not_good());
                                 made.user = row->user;
                                 made.stage = row->stage;
                                 made.only = kernel::permissions_of(permissions_, row->scope);
                                 made.until = std::max(row->ends_at, row->expires_at);
                                 (*shared)(std::move(made));
                             },
                         .failed = [shared](error why) { (*shared)(std::unexpected(std::move(why))); }});
        });
}

}  // namespace parley::transport

// Requests to providers, and how their answers are read: strictly, because they are strangers as well.
#include "transport/oidc_client.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "transport/web_text.hpp"

namespace parley::transport {
namespace json = boost::json;
namespace {

constexpr std::chrono::seconds between_tries{10};
constexpr std::size_t most_waiting = 1'000;
constexpr std::size_t longest_address = 2048;
constexpr std::size_t longest_access_token = 8192;
constexpr json_limits limits{.max_bytes = 256 * 1024, .max_depth = 16, .max_members = 500};
constexpr long ok = 200;
constexpr long bad_request = 400;
constexpr long unauthorised = 401;

std::unexpected<error> provider_away() {
    return failure(fault::unavailable, "provider_away", "The provider cannot be asked now; try again in a minute.");
}
std::unexpected<error> unfit(std::string why) { return invalid("provider_unfit", std::move(why)); }

std::string text_in(const json::object& from, std::string_view name) {
    const auto* found = from.if_contains(name);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

bool lists(const json::value& all, std::string_view wanted) {
    const auto* array = all.if_array();
    return array != nullptr && std::ranges::any_of(*array, [&](const json::value& one) {
               return one.is_string() && one.as_string() == wanted;
           });
}

bool may_be_asked(std::string_view url, reach may) {
    const bool scheme = url.starts_with("https://") || (may == reach::also_private && url.starts_with("http://"));
    const auto visible = [](char c) { return c > ' ' && c < '\x7f' && c != '\\' && c != '#' && c != '@'; };
    return scheme && url.size() <= longest_address && std::ranges::all_of(url, visible);
}

result<std::string> address_in(const json::object& from, const char* name, reach may) {
    auto url = text_in(from, name);
    if (!may_be_asked(url, may)) return unfit(std::string(name) + " is missing or no address that may be used.");
    return url;
}

result<void> read_addresses(const json::object& from, reach may, provider_document& into) {
    for (const auto& [to, name] :
         {std::pair{&into.authorization_endpoint, "authorization_endpoint"},
          std::pair{&into.token_endpoint, "token_endpoint"}, std::pair{&into.jwks_uri, "jwks_uri"}}) {
        auto url = address_in(from, name, may);
        if (!url) return std::unexpected(url.error());
        *to = std::move(*url);
    }
    if (!from.contains("userinfo_endpoint")) return {};
    auto url = address_in(from, "userinfo_endpoint", may);
    if (!url) return std::unexpected(url.error());
    into.userinfo_endpoint = std::move(*url);
    return {};
}

std::string document_of(const std::string& issuer) {
    const auto bare = std::string_view(issuer).substr(0, issuer.ends_with('/') ? issuer.size() - 1 : issuer.size());
    return std::string(bare) + "/.well-known/openid-configuration";
}

std::string basic(const sign_in_provider_settings& of) {
    // Each part as in a form (RFC 6749, 2.3.1), so that a colon in the id does no harm.
    const auto both = percent_encoded(of.client_id) + ":" + percent_encoded(of.client_secret);
    std::string text(sodium_base64_encoded_len(both.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(both.data()), both.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();  // the zero at the end
    return "Basic " + text;
}

web_request token_request(const sign_in_provider_settings& of, const provider_document& at, const code_grant& given) {
    web_request wanted{.url = at.token_endpoint, .may = reach_of(of)};
    std::vector<parameter> form{{"grant_type", "authorization_code"},
                                {"code", given.code},
                                {"redirect_uri", given.redirect_uri},
                                {"code_verifier", given.verifier}};
    const bool in_header = !of.client_secret.empty() && at.secret_in_header;
    if (in_header) wanted.authorization = basic(of);
    if (!in_header) form.emplace_back("client_id", of.client_id);
    if (!in_header && !of.client_secret.empty()) form.emplace_back("client_secret", of.client_secret);
    wanted.form = form_of(form);
    return wanted;
}

void tell(std::string_view what, const sign_in_provider_settings& of, const error& why) {
    log::warning(what, {{"provider", of.name},
                        {"issuer", escape_controls(of.issuer)},
                        {"code", why.code},
                        {"why", escape_and_cut(why.message, 300)}});
}

result<json::object> object_in(const result<web_answer>& came) {
    if (!came) return std::unexpected(came.error());
    if (came->status != ok) return unfit("The answer has status " + std::to_string(came->status) + ".");
    return parse_object(came->body, limits);
}

result<provider_document> document_in(const result<web_answer>& came, const sign_in_provider_settings& of) {
    if (!came) return std::unexpected(came.error());
    if (came->status != ok) return unfit("The answer has status " + std::to_string(came->status) + ".");
    return read_provider_document(came->body, of);
}

/// What a provider says that refuses a code; nothing when this is no such answer.
std::optional<error> refusal_in(const result<web_answer>& came) {
    if (!came || (came->status != bad_request && came->status != unauthorised)) return std::nullopt;
    const auto read = parse_object(came->body, limits);
    const auto word = read ? text_in(*read, "error") : std::string();
    return failure(fault::unauthenticated, "code_refused", "The provider refuses the code: " + word).error();
}

result<redeemed_code> tokens_in(const sign_in_provider_settings& of, const result<web_answer>& came) {
    if (auto refused = refusal_in(came)) return std::unexpected(std::move(*refused));
    const auto read = object_in(came);
    if (!read) {
        tell("a provider gave no tokens", of, read.error());
        return provider_away();
    }
    redeemed_code made{.id_token = text_in(*read, "id_token"), .access_token = text_in(*read, "access_token")};
    if (made.id_token.empty())
        return failure(fault::unauthenticated, "id_token_missing", "The provider gave no ID token.");
    return made;
}

/// Goes into a header.
bool is_bearer(std::string_view token) {
    return !token.empty() && token.size() <= longest_access_token &&
           std::ranges::all_of(token, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

reach reach_of(const sign_in_provider_settings& of) {
    return of.allow_private ? reach::also_private : reach::open_internet;
}

result<provider_document> read_provider_document(std::string_view text, const sign_in_provider_settings& of) {
    const auto read = parse_object(text, limits);
    if (!read) return std::unexpected(read.error());
    if (text_in(*read, "issuer") != of.issuer) return unfit("The document is another issuer's.");
    provider_document made;
    if (auto good = read_addresses(*read, reach_of(of), made); !good) return std::unexpected(good.error());
    const auto* methods = read->if_contains("code_challenge_methods_supported");
    if (methods != nullptr && !lists(*methods, "S256")) return unfit("The provider has no PKCE with S256.");
    const auto* named = read->if_contains("authorization_response_iss_parameter_supported");
    made.names_itself = named != nullptr && named->is_bool() && named->as_bool();
    const auto* ways = read->if_contains("token_endpoint_auth_methods_supported");
    made.secret_in_header = ways == nullptr || lists(*ways, "client_secret_basic");
    return made;
}

void oidc_client::discover(const sign_in_provider_settings& of, answered<known> answer) {
    const issuer_keys::place where{document_of(of.issuer), reach_of(of)};
    {
        std::unique_lock lock(guard_);
        auto& one = entries_[where];
        const auto now = time_.now();
        const bool enough = one.had && now < one.good_until;
        const bool may = !one.tried_at || now < *one.tried_at || now - *one.tried_at >= between_tries;
        const bool begins = !enough && !one.under_way && may;
        const bool waits = begins || (!enough && one.under_way && one.waiting.size() < most_waiting);
        if (!waits) {
            const auto had = one.had;
            lock.unlock();
            return had ? answer(had) : answer(provider_away());
        }
        one.waiting.push_back(std::move(answer));
        if (!begins) return;
        one.under_way = true;
        one.tried_at = now;
    }
    fetch_({.url = where.url, .may = where.may},
           [this, where, of](result<web_answer> came) { arrived(where, of, std::move(came)); });
}

void oidc_client::arrived(const issuer_keys::place& where, const sign_in_provider_settings& of,
                          result<web_answer> came) {
    auto read = document_in(came, of);
    if (!read) tell("what a provider says of itself is of no use", of, read.error());
    std::vector<answered<known>> waiting;
    known had;
    {
        const std::lock_guard lock(guard_);
        auto& one = entries_[where];
        one.under_way = false;
        if (read) {
            one.had = std::make_shared<const provider_document>(std::move(*read));
            one.good_until = time_.now() + kept_for(came->cache_control);
        }
        waiting.swap(one.waiting);
        had = one.had;
    }
    for (auto& one : waiting) had ? one(had) : one(provider_away());
}

void oidc_client::redeem(const sign_in_provider_settings& of, const provider_document& at, const code_grant& given,
                         answered<redeemed_code> answer) {
    fetch_(token_request(of, at, given),
           [of, answer = std::move(answer)](const result<web_answer>& came) mutable { answer(tokens_in(of, came)); });
}

void oidc_client::look_up(const sign_in_provider_settings& of, const provider_document& at,
                          std::string_view access_token, answered<json::object> answer) {
    if (at.userinfo_endpoint.empty() || !is_bearer(access_token)) return answer(provider_away());
    fetch_({.url = at.userinfo_endpoint,
            .may = reach_of(of),
            .form = {},
            .authorization = "Bearer " + std::string(access_token)},
           [of, answer = std::move(answer)](const result<web_answer>& came) mutable {
               auto read = object_in(came);
               if (read) return answer(std::move(read));
               tell("a provider tells nothing of who signs in", of, read.error());
               answer(provider_away());
           });
}

}  // namespace parley::transport

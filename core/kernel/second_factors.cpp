// Codes of an app, and recovery codes for the day the app is lost.
#include "kernel/second_factors.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/secret.hpp"
#include "base/totp.hpp"
#include "kernel/audit.hpp"
#include "kernel/sessions.hpp"

namespace parley::kernel {
namespace {

constexpr int recovery_codes = 10;
constexpr std::size_t recovery_characters = 16;

/// As it is compared: without the dashes that make it readable, in one case.
std::string bare(std::string_view code) {
    std::string out;
    for (const char one : code)
        if (one != '-' && one != ' ') out += one >= 'A' && one <= 'Z' ? static_cast<char>(one - 'A' + 'a') : one;
    return out;
}

std::string recovery_code() {
    const auto letters = bare(random_totp_secret()).substr(0, recovery_characters);
    return fmt::format("{}-{}-{}-{}", letters.substr(0, 4), letters.substr(4, 4), letters.substr(8, 4),
                       letters.substr(12, 4));
}

/// Whether the code is good now; it is used up in the row then.
bool take_code(second_factor& row, std::string_view code, moment now) {
    if (const auto step = match_totp(row.secret, bare(code), now, row.last_step)) {
        row.last_step = *step;
        return true;
    }
    const auto found = std::ranges::find(row.recovery, token_digest(bare(code)));
    if (found == row.recovery.end()) return false;
    row.recovery.erase(found);
    return true;
}

std::unexpected<error> wrong_code() {
    return invalid("code_wrong", "The code is wrong, too old, or was used already.", "code");
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char one : text) {
        const auto byte = static_cast<unsigned char>(one);
        const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                           (byte >= '0' && byte <= '9') || byte == '-' || byte == '.' || byte == '_';
        out += plain ? std::string(1, one) : fmt::format("%{:02X}", byte);
    }
    return out;
}

/// By name, for whom the caller must not be narrowed but may still have to enrol.
result<actor> enroller(const environment& env, reading& from, const caller& by) {
    auto full = by;
    full.stage = token_stage::full;
    return access::authorise_whole(env, from, full);
}

}  // namespace

result<second_factor> begin_second_factor(const environment& env, writing& w, const caller& by) {
    const auto who = enroller(env, w, by);
    if (!who) return std::unexpected(who.error());
    const auto known = w.find_second_factor(who->id());
    if (known && known->confirmed_at)
        return failure(fault::conflict, "second_factor_there", "There is a second factor already; disable it first.");
    second_factor made{.user = who->id(),
                       .tenant = w.tenant(),
                       .secret = random_totp_secret(),
                       .created_at = env.time.now(),
                       .confirmed_at = {},
                       .recovery = {}};
    known ? w.update(made) : w.insert(made);
    return made;
}

std::string otpauth_uri(std::string_view tenant_name, const user& whose, const second_factor& of) {
    return fmt::format("otpauth://totp/{0}:{1}?secret={2}&issuer={0}&algorithm=SHA1&digits=6&period=30",
                       percent_encoded(tenant_name), percent_encoded(whose.username), of.secret);
}

result<std::vector<std::string>> confirm_second_factor(const environment& env, writing& w, const caller& by,
                                                       std::string_view code) {
    const auto who = enroller(env, w, by);
    if (!who) return std::unexpected(who.error());
    auto row = w.find_second_factor(who->id());
    if (!row) return failure(fault::conflict, "second_factor_none", "Begin first: totp.begin makes the secret.");
    if (row->confirmed_at) return failure(fault::conflict, "second_factor_there", "It is confirmed already.");
    const auto now = env.time.now();
    if (!take_code(*row, code, now)) return wrong_code();
    row->confirmed_at = now;
    std::vector<std::string> codes;
    for (int i = 0; i < recovery_codes; ++i) {
        codes.push_back(recovery_code());
        row->recovery.push_back(token_digest(bare(codes.back())));
    }
    w.update(*row);
    if (auto session = w.find_token(by.session); session && session->stage != token_stage::full) {
        session->stage = token_stage::full;
        w.update(*session);
    }
    record(env, w, by, {.action = "second_factor.set", .subject_kind = "user", .subject = who->id().value});
    return codes;
}

result<void> disable_second_factor(const environment& env, writing& w, const caller& by, std::string_view code) {
    const auto who = access::authorise_whole(env, w, by);
    if (!who) return std::unexpected(who.error());
    if (env.settings.of(by.tenant_name)->sessions.require_totp)
        return not_allowed("This tenant wants a second factor; it cannot be taken away.");
    auto row = w.find_second_factor(who->id());
    if (!row) return {};
    if (row->confirmed_at && !take_code(*row, code, env.time.now())) return wrong_code();
    w.erase(*row);
    record(env, w, by, {.action = "second_factor.removed", .subject_kind = "user", .subject = who->id().value});
    return {};
}

result<void> reset_second_factor(const environment& env, writing& w, const caller& by, user_id whose) {
    const auto account = w.find_user(whose);
    if (by.user) {
        const auto who = access::authorise_whole(env, w, by);
        if (!who) return std::unexpected(who.error());
        if (auto may = access::manages(env, w, *who, account); !may) return may;
    }
    if (!account) return no_such("user");
    const auto row = w.find_second_factor(whose);
    if (!row) return {};
    w.erase(*row);
    record(env, w, by, {.action = "second_factor.removed", .subject_kind = "user", .subject = whose.value});
    return {};
}

token_stage stage_before_code(const environment& env, reading& from, const caller& by, const user& who) {
    const auto row = from.find_second_factor(who.id);
    if (row && row->confirmed_at) return token_stage::prove_only;
    return env.settings.of(by.tenant_name)->sessions.require_totp ? token_stage::enrol_only : token_stage::full;
}

result<bool> prove_second_factor(const environment& env, writing& w, const caller& by, std::string_view code) {
    auto shown = by;
    if (by.stage == token_stage::prove_only) shown.stage = token_stage::full;  // it may do this one thing
    const auto who = access::authorise_whole(env, w, shown);
    if (!who) return std::unexpected(who.error());
    auto session = w.find_token(by.session);
    if (!session || session->stage != token_stage::prove_only) return false;
    auto row = w.find_second_factor(who->id());
    if (row && row->confirmed_at) {
        if (!take_code(*row, code, env.time.now())) return wrong_code();
        w.update(*row);
        session->stage = token_stage::full;
    } else {  // somebody took the factor away since
        session->stage = stage_before_code(env, w, by, who->account());
    }
    w.update(*session);
    record(env, w, by, {.action = "second_factor.shown", .subject_kind = "session", .subject = session->id.value});
    return true;
}

result<token_stage> pass_second_factor(const environment& env, writing& w, const caller& by, const user& who,
                                       std::string_view code) {
    auto row = w.find_second_factor(who.id);
    if (!row || !row->confirmed_at)
        return env.settings.of(by.tenant_name)->sessions.require_totp ? token_stage::enrol_only : token_stage::full;
    if (code.empty())
        return failure(fault::unauthenticated, "code_needed", "This account takes a code from an app as well.", "code");
    if (!take_code(*row, code, env.time.now()))
        return failure(fault::unauthenticated, "code_wrong", "The code is wrong, too old, or was used already.",
                       "code");
    w.update(*row);
    return token_stage::full;
}

}  // namespace parley::kernel

// Random words, and their digests in a row.
#include "kernel/started_sign_ins.hpp"

#include "base/secret.hpp"

namespace parley::kernel {

begun_sign_in begin_sign_in(const environment& env, writing& w, begin_sign_in_command command) {
    const auto now = env.time.now();
    begun_sign_in made{.row = {}, .state = random_token(""), .browser = random_token("")};
    made.row = {.digest = token_digest(made.state),
                .tenant = w.tenant(),
                .provider = std::move(command.provider),
                .browser = token_digest(made.browser),
                .nonce = random_token(""),
                .verifier = random_token(""),
                .redirect_uri = std::move(command.redirect_uri),
                .return_to = std::move(command.return_to),
                .created_at = now,
                .expires_at = now + sign_in_lasts};
    w.insert(made.row);
    return made;
}

result<started_sign_in> take_sign_in(const environment& env, writing& w, std::string_view provider,
                                     std::string_view state, std::string_view browser) {
    auto row = w.find_started(token_digest(state));
    const bool fits = row && row->provider == provider && env.time.now() < row->expires_at &&
                      equal_in_constant_time(row->browser, token_digest(browser));
    if (!fits)
        return failure(fault::unauthenticated, "sign_in_lost",
                       "This sign-in was not begun with this browser, was used, or took too long; begin again.");
    w.erase(*row);
    return std::move(*row);
}

}  // namespace parley::kernel

// Signing in at a provider: begun with secrets that are kept here, and finished once, by the browser that began.
#pragma once

#include <string>
#include <string_view>

#include "kernel/access.hpp"

namespace parley::kernel {

/// How long somebody may take at the provider.
inline constexpr std::chrono::minutes sign_in_lasts{10};

struct begin_sign_in_command {
    std::string provider;      ///< its name in the settings
    std::string redirect_uri;  ///< where the provider sends the browser back to
    std::string return_to;     ///< a path of this host that has been checked
};
struct begun_sign_in {
    started_sign_in row;
    std::string state;    ///< for the provider to bring back; 256 bits, as the others
    std::string browser;  ///< for the browser to keep
};
[[nodiscard]] begun_sign_in begin_sign_in(const environment&, writing&, begin_sign_in_command);

/// Takes back what was begun; a second time there is nothing. Error: sign_in_lost (unauthenticated) for a state that
/// is unknown, used, too old, of another provider or of another browser, without saying which; then it stays.
[[nodiscard]] result<started_sign_in> take_sign_in(const environment&, writing&, std::string_view provider,
                                                   std::string_view state, std::string_view browser);

}  // namespace parley::kernel

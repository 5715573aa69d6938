// The certificate and key that the settings name, read with the configuration so that both hold or neither.
#pragma once

#include <memory>

#include "base/key_pair.hpp"
#include "config/node.hpp"
#include "config/server_settings.hpp"

namespace parley::config {

/// Null without a certificate, and with problems: a file that cannot be read, that is none, two that do not belong
/// together, one without the other. `values` say where each was set. An expired certificate is no problem here.
[[nodiscard]] std::shared_ptr<const key_pair> read_identity(const tls_settings& of, const node& values,
                                                            problem_list& problems);

}  // namespace parley::config

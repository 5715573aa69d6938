// The TLS that a configuration asks for, and what its operator had better know about the certificate.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "config/configuration.hpp"
#include "transport/tls_context.hpp"

namespace parley::server {

/// Null without a certificate. Error: tls_refused, see tls_context::make.
[[nodiscard]] result<std::shared_ptr<const transport::tls_context>> tls_of(const config::configuration&);

/// Whole days until the certificate ends, rounded down; negative once it has ended.
[[nodiscard]] std::int64_t days_left(const key_pair&, moment now);

/// Sentences without a full stop: expired, not good yet, soon to expire, a key that others may read. Nothing without
/// TLS.
[[nodiscard]] std::vector<std::string> tls_warnings(const config::configuration&, moment now);

/// Whether others than its owner and group may read or write the file.
[[nodiscard]] bool others_may_read(const std::filesystem::path& file);

}  // namespace parley::server

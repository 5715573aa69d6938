// From a configuration to what the listener speaks.
#include "server/tls_identity.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace parley::server {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t soon = 14;  // days: whoever renews by a program has done so long before

}  // namespace

result<std::shared_ptr<const transport::tls_context>> tls_of(const config::configuration& of) {
    if (of.identity == nullptr) return nullptr;
    const bool old = of.server.server.tls.minimum_version == config::tls_version::one_two;
    return transport::tls_context::make(*of.identity,
                                        old ? transport::tls_version::one_two : transport::tls_version::one_three);
}

std::int64_t days_left(const key_pair& of, moment now) {
    return std::chrono::floor<std::chrono::days>(of.good_until() - now).count();
}

std::vector<std::string> tls_warnings(const config::configuration& of, moment now) {
    std::vector<std::string> all;
    if (of.identity == nullptr) return all;
    const auto& files = of.server.server.tls;
    const auto certificate = escape_controls(files.certificate.string());
    const auto left = days_left(*of.identity, now);
    if (left < 0)
        all.push_back(
            fmt::format("{} has expired on {}: clients refuse it", certificate, rfc3339(of.identity->good_until())));
    else if (left < soon)
        all.push_back(fmt::format("{} expires in {} days", certificate, left));
    if (of.identity->good_from() > now)
        all.push_back(
            fmt::format("{} is good only from {}: clients refuse it", certificate, rfc3339(of.identity->good_from())));
    if (others_may_read(files.key))
        all.push_back(fmt::format("everybody on this machine may read {0}; run: chmod o= {0}",
                                  escape_controls(files.key.string())));
    return all;
}

bool others_may_read(const fs::path& file) {
    std::error_code failed;
    const auto mode = fs::status(file, failed).permissions();
    return !failed && (mode & (fs::perms::others_read | fs::perms::others_write)) != fs::perms::none;
}

}  // namespace parley::server

// Reading a certificate and its key, and saying which of the two is wrong.
#include "config/identity.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include <optional>
#include <string>

#include "config/read_file.hpp"

namespace parley::config {
namespace {

constexpr std::size_t longest_file = 1024 * 1024;
constexpr std::string_view section = "server.tls.";

class reading {
public:
    reading(const node& values, problem_list& problems) : values_(values), problems_(problems) {}

    void fault(std::string_view which, std::string message) {
        const auto path = fmt::format("{}{}", section, which);
        problems_.add(values_.find(path)->where.fault(path, std::move(message)));
    }

    std::optional<std::string> content(std::string_view which, const std::filesystem::path& file) {
        auto text = read_file(file, longest_file);
        if (text) return std::move(*text);
        fault(which, fmt::format("{}: {}", printable(file.string()), text.error()));
        return std::nullopt;
    }

private:
    const node& values_;
    problem_list& problems_;
};

}  // namespace

std::shared_ptr<const key_pair> read_identity(const tls_settings& of, const node& values, problem_list& problems) {
    reading from(values, problems);
    if (of.certificate.empty()) {
        if (!of.key.empty()) from.fault("key", "a key without server.tls.certificate shows nothing to anybody");
        if (of.redirect_port != 0) from.fault("redirect_port", "without server.tls.certificate nothing speaks HTTPS");
        return nullptr;
    }
    if (of.key.empty()) {
        from.fault("certificate", "a certificate needs its key in server.tls.key");
        return nullptr;
    }
    const auto certificate = from.content("certificate", of.certificate);
    auto key = from.content("key", of.key);
    if (!certificate || !key) return nullptr;
    auto made = key_pair::parse(*certificate, *key);
    OPENSSL_cleanse(key->data(), key->size());
    if (made) return std::move(*made);
    const auto& file = made.error().field == "key" ? of.key : of.certificate;
    from.fault(made.error().field, fmt::format("{} {}", printable(file.string()), made.error().message));
    return nullptr;
}

}  // namespace parley::config

// The canonical request, what is signed of it, the key of the day, and the signature.
#include "sigv4.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <ctime>

#include "digest.hpp"

namespace attachments {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
    unsigned bytes = 0;
    ::HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), sum.data(), &bytes);
    return {reinterpret_cast<const char*>(sum.data()), bytes};
}

bool is_plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

std::string encoded(std::string_view text, std::string_view kept) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string made;
    for (const char one : text) {
        if (is_plain(one) || kept.find(one) != std::string_view::npos) {
            made += one;
            continue;
        }
        made += '%';
        made += digits[static_cast<unsigned char>(one) >> 4U];
        made += digits[static_cast<unsigned char>(one) & 15U];
    }
    return made;
}

std::string signed_names(const s3_request& of) {
    std::string made;
    for (const auto& [name, ignored] : of.headers) made += (made.empty() ? "" : ";") + name;
    return made;
}

std::string scope_of(const s3_identity& who, const std::string& date) {
    return date.substr(0, 8) + "/" + who.region + "/" + who.service + "/aws4_request";
}

std::string signature_of(const s3_identity& who, const s3_request& of, const std::string& date) {
    std::string canonical = of.method + "\n" + of.path + "\n" + query_text(of.query) + "\n";
    for (const auto& [name, value] : of.headers) canonical += name + ":" + value + "\n";
    canonical += "\n" + signed_names(of) + "\n" + of.payload_hash;
    const auto text = std::string(algorithm) + "\n" + date + "\n" + scope_of(who, date) + "\n" + sha256_text(canonical);
    auto key = hmac("AWS4" + who.secret_key, date.substr(0, 8));
    for (const auto& part : {who.region, who.service, std::string("aws4_request")}) key = hmac(key, part);
    return hexadecimal(hmac(key, text));
}

}  // namespace

std::string amz_date(std::int64_t milliseconds) {
    const auto seconds = static_cast<std::time_t>(milliseconds / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 20> text{};
    const auto size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return {text.data(), size};
}

std::string authorization_of(const s3_identity& who, const s3_request& of, const std::string& date) {
    return std::string(algorithm) + " Credential=" + who.access_key + "/" + scope_of(who, date) +
           ", SignedHeaders=" + signed_names(of) + ", Signature=" + signature_of(who, of, date);
}

std::string presigned_query(const s3_identity& who, s3_request of, const std::string& date, std::int64_t seconds) {
    of.payload_hash = "UNSIGNED-PAYLOAD";
    of.query["X-Amz-Algorithm"] = algorithm;
    of.query["X-Amz-Credential"] = who.access_key + "/" + scope_of(who, date);
    of.query["X-Amz-Date"] = date;
    of.query["X-Amz-Expires"] = std::to_string(seconds);
    of.query["X-Amz-SignedHeaders"] = signed_names(of);
    return query_text(of.query) + "&X-Amz-Signature=" + signature_of(who, of, date);
}

std::string uri_encoded(std::string_view text) { return encoded(text, ""); }
std::string path_encoded(std::string_view text) { return encoded(text, "/"); }

std::string query_text(const std::map<std::string, std::string>& all) {
    std::map<std::string, std::string> sorted;  // by what they look like encoded
    for (const auto& [name, value] : all) sorted.emplace(uri_encoded(name), uri_encoded(value));
    std::string made;
    for (const auto& [name, value] : sorted) made += (made.empty() ? "" : "&") + name + "=" + value;
    return made;
}

std::string sha256_text(std::string_view text) {
    sha256_sum sum;
    sum.add(text);
    return sum.end();
}

}  // namespace attachments

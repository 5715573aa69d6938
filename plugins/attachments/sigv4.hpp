// AWS Signature Version 4: who asks a store for what, proved without sending the secret.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace attachments {

struct s3_identity {
    std::string access_key;
    std::string secret_key;
    std::string region;
    std::string service = "s3";
};

/// What is signed. Names and values of the query as they are; the path as it is sent, encoded.
struct s3_request {
    std::string method = "GET";
    std::string path = "/";
    std::map<std::string, std::string> query{};
    std::map<std::string, std::string> headers{};  ///< lower-case names; with "host"
    std::string payload_hash{};                    ///< SHA-256 in hexadecimal, or UNSIGNED-PAYLOAD
};

/// "20130524T000000Z"; `milliseconds` since 1970.
[[nodiscard]] std::string amz_date(std::int64_t milliseconds);

/// The value of the header Authorization; all headers of the request are signed. `date` as amz_date gives it.
[[nodiscard]] std::string authorization_of(const s3_identity&, const s3_request&, const std::string& date);

/// The query with which everybody may do this for that long, ready to stand behind "?". Signs the headers, too: only
/// "host" is what others send alike.
[[nodiscard]] std::string presigned_query(const s3_identity&, s3_request, const std::string& date,
                                          std::int64_t seconds);

/// Percent-encoded as AWS wants it: everything but letters, digits, "-", ".", "_", "~".
[[nodiscard]] std::string uri_encoded(std::string_view);
/// The same of a path: slashes stay.
[[nodiscard]] std::string path_encoded(std::string_view);
/// name=value&name=value, sorted and encoded.
[[nodiscard]] std::string query_text(const std::map<std::string, std::string>&);

/// Of a text, in hexadecimal.
[[nodiscard]] std::string sha256_text(std::string_view);

}  // namespace attachments

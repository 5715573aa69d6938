// What stands in the headers of tus 1.0.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace attachments {

inline constexpr std::string_view tus_version = "1.0.0";
inline constexpr std::string_view tus_extensions = "creation,creation-with-upload,expiration,termination";
inline constexpr std::string_view tus_body = "application/offset+octet-stream";

/// Strict base64 (RFC 4648, with padding); none when it is not.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view);

/// "filename d29ybGQ=,is_confidential": names and decoded values; none when it is malformed.
[[nodiscard]] std::optional<std::map<std::string, std::string>> read_metadata(std::string_view);

/// Whether a Content-Type is the one of a piece.
[[nodiscard]] bool is_piece(std::string_view content_type);

}  // namespace attachments

// A bounded look into one file.
#include "config/read_file.hpp"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace parley::config {

std::expected<std::string, std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
    std::error_code failure;
    const auto status = std::filesystem::status(path, failure);
    if (status.type() == std::filesystem::file_type::not_found) return std::unexpected("no such file");
    if (failure) return std::unexpected(failure.message());
    if (!std::filesystem::is_regular_file(status)) return std::unexpected("not a regular file");
    errno = 0;
    std::ifstream stream(path, std::ios::binary);
    if (!stream) return std::unexpected(std::system_category().message(errno));
    // Piece by piece: most files are far shorter than what is allowed.
    std::string content;
    std::array<char, 16384> piece;
    do {
        stream.read(piece.data(), piece.size());
        content.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
        if (content.size() > limit) return std::unexpected(fmt::format("longer than {} bytes", limit));
    } while (stream);
    if (stream.bad()) return std::unexpected("reading failed");
    return content;
}

}  // namespace parley::config

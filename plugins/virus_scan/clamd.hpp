// clamd as the engine: contents are streamed to it over its socket.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>

#include "engine.hpp"

namespace virus_scan {

class clamd_line;

/// Its own limits and its own signatures; only `file_bytes` and `seconds` are ours.
class clamd final : public engine {
public:
    /// Asks for its version, and whether it tells of what it did not read: of archives with a password, and of what is
    /// over its limits. One that does not is an error.
    [[nodiscard]] static sdk::result<std::shared_ptr<const engine>> greet(
        const std::string& address, const limits&, const std::atomic<bool>& stopping,
        std::chrono::milliseconds patience = std::chrono::seconds(10));

    [[nodiscard]] sdk::result<finding> scan(const std::filesystem::path& folder,
                                            const std::string& path) const override;
    /// As clamd says it: "ClamAV 1.4.3/27801/Mon Oct 20 08:00:00 2025"
    [[nodiscard]] const std::string& version() const override { return version_; }
    [[nodiscard]] std::int64_t signatures() const override { return 0; }

private:
    clamd(std::string address, const limits& most, const std::atomic<bool>& stopping)
        : address_(std::move(address)), most_(most), stopping_(stopping) {}

    [[nodiscard]] sdk::result<std::string> ask_version(std::chrono::milliseconds patience) const;
    [[nodiscard]] sdk::result<finding> scan_bytes(std::string_view bytes, std::chrono::milliseconds patience) const;

    std::string address_;
    limits most_;
    const std::atomic<bool>& stopping_;
    std::string version_;
};

}  // namespace virus_scan

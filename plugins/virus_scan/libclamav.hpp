// libclamav's engine with one set of signatures: made once, never changed.
#pragma once

#include <atomic>
#include <memory>

#include "engine.hpp"

struct cl_engine;

namespace virus_scan {

class libclamav final : public engine {
public:
    /// Takes seconds with the official signatures, and a gigabyte of memory. An error says what is wrong with the
    /// folder; no signatures at all are an error. Cut short when `stopping` becomes true.
    [[nodiscard]] static sdk::result<std::shared_ptr<const engine>> load(const std::filesystem::path& signatures,
                                                                         const limits&,
                                                                         const std::filesystem::path& scratch,
                                                                         const std::atomic<bool>& stopping);
    ~libclamav() override;

    [[nodiscard]] sdk::result<finding> scan(const std::filesystem::path& folder,
                                            const std::string& path) const override;
    /// Two servers with the same files have the same. "27801-0123456789abcdef"
    [[nodiscard]] const std::string& version() const override { return version_; }
    [[nodiscard]] std::int64_t signatures() const override { return signatures_; }

private:
    libclamav(cl_engine* made, const limits& most) : engine_(made), most_(most) {}

    cl_engine* engine_;
    limits most_;
    std::string version_;
    std::int64_t signatures_ = 0;
};

/// Whether what libclamav or clamd failed with says that it did not read all of a file.
[[nodiscard]] bool is_over_a_limit(int code);

}  // namespace virus_scan

// A file that is closed again; nothing is followed that only looks like it.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

namespace attachments {

class open_file {
public:
    open_file(const std::filesystem::path& path, int flags)
        : number_(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600)) {}
    ~open_file() {
        if (number_ >= 0) ::close(number_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    /// When not, errno says why.
    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }

private:
    int number_;
};

}  // namespace attachments

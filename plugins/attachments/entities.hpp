// The plugin's tables, as classes that the ODB compiler reads as C++14.
#pragma once

#include <parley/odb.hpp>

namespace attachments {

#pragma db object table("file") pointer(std::shared_ptr)
struct file_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t conversation = 0;
    std::string model;
    std::int64_t uploader = 0;
    std::int64_t message = 0;    ///< 0: not sent yet
    std::int64_t published = 0;  ///< 1: the message is everybody's
    std::int64_t held = 0;       ///< 1: this plugin holds the message
    std::int64_t shown = 0;      ///< 1: stands in the conversation's list: published, ready, a first version
    std::string name;
    std::string type;
    std::string category;
    std::int64_t bytes = 0;
    std::string sha256;
    std::string state;
    std::string reason;
    std::string gates;   ///< ids of plugins, separated by spaces, in the order in which they are asked
    std::string passed;  ///< those of them that have passed it
    std::string path;    ///< in the plugin's files folder, or in the bucket
    std::int64_t version_of = 0;
    std::int64_t version = 1;
    std::int64_t created = 0;     ///< milliseconds since 1970
    std::int64_t check_at = 0;    ///< when the next gate is asked; 0: nobody is to be
    std::int64_t tries = 0;       ///< of the gate that is asked now
    std::string place = "local";  ///< "local", "s3"
    std::string bound;            ///< where it is being brought; empty: it stays
    std::string bound_path;       ///< and what it is to be called there; something may be there already
};

#pragma db view object(file_row)
struct file_count {
#pragma db column("CAST(COUNT(" + file_row::id + ") AS BIGINT)")
    std::int64_t count = 0;
};

// What is on its way: bytes and files are reserved until it has become files, or nothing.
#pragma db object table("upload") pointer(std::shared_ptr)
struct upload_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::int64_t conversation = 0;
    std::string model;
    std::int64_t uploader = 0;
    std::string kind;  ///< "parts": ends with its request; "tus": can be resumed
    std::string name;
    std::int64_t version_of = 0;
    std::int64_t bytes = 0;  ///< reserved; of tus the length of the whole
    std::int64_t files = 0;  ///< reserved
    std::string path;        ///< of tus: where it grows
    std::int64_t created = 0;
    std::int64_t expires = 0;
};

// What a tenant, a model or a user has; kept with each change, so that a quota is looked up and not counted.
#pragma db object table("usage_tally") pointer(std::shared_ptr)
struct usage_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::string scope;  ///< "tenant", "model", "user"
    std::string name;   ///< the model's name, the user's id
    std::int64_t bytes = 0;
    std::int64_t files = 0;
    std::int64_t reserved_bytes = 0;
    std::int64_t reserved_files = 0;
};

// Blobs whose rows are gone and which are still to be taken off the disk.
#pragma db object table("doomed") pointer(std::shared_ptr)
struct doomed_row {
#pragma db id
    std::int64_t id = 0;
    std::int64_t tenant = 0;
    std::string path;
    std::string place = "local";
    std::int64_t due = 0;  ///< not before; somebody may still be reading it
};

}  // namespace attachments

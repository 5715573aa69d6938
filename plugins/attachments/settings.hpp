// The settings as plugin.yaml names them.
#pragma once

#include <parley/json.hpp>
#include <string>
#include <vector>

namespace attachments {

namespace sdk = parley::sdk;

enum class mismatch : std::uint8_t { refuse = 1, keep };
BOOST_DESCRIBE_ENUM(mismatch, refuse, keep)

enum class storage_place : std::uint8_t { local = 1, s3 };
BOOST_DESCRIBE_ENUM(storage_place, local, s3)

/// How what is in the bucket is served.
enum class s3_way : std::uint8_t { redirect = 1, through };
BOOST_DESCRIBE_ENUM(s3_way, redirect, through)

struct settings {
    std::int64_t max_file_size = 104'857'600;
    std::int64_t max_image_size = 0;
    std::int64_t max_document_size = 0;
    std::int64_t max_video_size = 0;
    std::int64_t max_audio_size = 0;
    std::int64_t max_other_size = 0;
    std::int64_t max_files_per_upload = 20;
    std::int64_t max_files_per_message = 20;
    std::int64_t max_concurrent_uploads = 8;
    std::vector<std::string> allowed_types{"*/*"};
    std::vector<std::string> denied_types{"application/x-executable",  "application/vnd.microsoft.portable-executable",
                                          "application/x-mach-binary", "application/x-msi",
                                          "text/x-shellscript",        "text/x-msdos-batch",
                                          "application/java-archive",  "application/vnd.android.package-archive"};
    mismatch mismatched_names = mismatch::refuse;
    std::int64_t storage_quota = 0;
    std::int64_t storage_quota_files = 0;
    std::int64_t model_quota = 0;
    std::int64_t model_quota_files = 0;
    std::int64_t user_quota = 0;
    std::int64_t user_quota_files = 0;
    std::string path_template = "{conversation}/{category}/{date}";
    std::int64_t upload_expiry_minutes = 1440;
    std::int64_t unsent_expiry_minutes = 1440;
    std::int64_t refused_expiry_minutes = 43'200;
    std::int64_t cleanup_interval = 10;
    bool keep_deleted = false;
    storage_place storage = storage_place::local;
    std::string s3_endpoint;
    std::string s3_region = "us-east-1";
    std::string s3_bucket;
    std::string s3_access_key;
    std::string s3_secret_key;
    bool s3_path_style = true;
    std::string s3_prefix;
    std::int64_t s3_part_bytes = 67'108'864;
    s3_way s3_serve = s3_way::through;
    std::int64_t s3_url_seconds = 60;
    std::int64_t s3_cache_minutes = 60;
};
BOOST_DESCRIBE_STRUCT(settings, (),
                      (max_file_size, max_image_size, max_document_size, max_video_size, max_audio_size, max_other_size,
                       max_files_per_upload, max_files_per_message, max_concurrent_uploads, allowed_types, denied_types,
                       mismatched_names, storage_quota, storage_quota_files, model_quota, model_quota_files, user_quota,
                       user_quota_files, path_template, upload_expiry_minutes, unsent_expiry_minutes,
                       refused_expiry_minutes, cleanup_interval, keep_deleted, storage, s3_endpoint, s3_region,
                       s3_bucket, s3_access_key, s3_secret_key, s3_path_style, s3_prefix, s3_part_bytes, s3_serve,
                       s3_url_seconds, s3_cache_minutes))

}  // namespace attachments

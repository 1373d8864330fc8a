use zed_extension_api as zed;

//! What the dependencies of a language link with when they are installed.
//!
//! From what the packages say of themselves. A name that is not here is not known: it may compile
//! something against a library of the image, or open one when it runs.

/// What a dependency needs of the image when it runs, beside the language itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Native {
    /// Nothing: there is no native part, or one that comes with all it needs.
    None,
    /// The libraries behind these packages, by Debian's names: see [`super::use_of`]. Some are
    /// packages for the run time, and needed as they are.
    Dev(&'static [&'static str]),
    /// Not in the tables.
    Unknown,
}

/// The development packages whose libraries a full Debian image of python, node, ruby, rust and
/// golang holds without a line of the file: those of `buildpack-deps` (its Dockerfile), by Debian's
/// names.
pub const IMPLICIT: &[&str] = &[
    "default-libmysqlclient-dev",
    "libbz2-dev",
    "libcurl4-openssl-dev",
    "libdb-dev",
    "libevent-dev",
    "libffi-dev",
    "libgdbm-dev",
    "libglib2.0-dev",
    "libgmp-dev",
    "libjpeg-dev",
    "libkrb5-dev",
    "liblzma-dev",
    "libmagickcore-dev",
    "libmagickwand-dev",
    "libmaxminddb-dev",
    "libncurses5-dev",
    "libncursesw5-dev",
    "libpng-dev",
    "libpq-dev",
    "libreadline-dev",
    "libsqlite3-dev",
    "libssl-dev",
    "libwebp-dev",
    "libxml2-dev",
    "libxslt-dev",
    "libyaml-dev",
    "zlib1g-dev",
];

/// Dependencies that need something, by ecosystem.
#[rustfmt::skip]
const LINKED: &[(&str, &str, &[&str])] = &[
    ("python", "psycopg2", &["libpq-dev"]),
    ("python", "psycopg2cffi", &["libpq-dev"]),
    ("python", "psycopg", &["libpq-dev"]),
    ("python", "psycopg-c", &["libpq-dev"]),
    ("python", "pygresql", &["libpq-dev"]),
    ("python", "mysqlclient", &["default-libmysqlclient-dev"]),
    ("python", "mysql-python", &["default-libmysqlclient-dev"]),
    ("python", "mariadb", &["libmariadb-dev"]),
    ("python", "pyodbc", &["unixodbc-dev"]),
    ("python", "aioodbc", &["unixodbc-dev"]),
    ("python", "python-ldap", &["libldap-dev", "libsasl2-dev"]),
    ("python", "pylibmc", &["libmemcached-dev"]),
    ("python", "pycurl", &["libcurl4-openssl-dev", "libssl-dev"]),
    ("python", "pycairo", &["libcairo2-dev"]),
    ("python", "cairocffi", &["libcairo2-dev"]),
    ("python", "cairosvg", &["libcairo2-dev"]),
    ("python", "pangocffi", &["libpango1.0-dev"]),
    ("python", "weasyprint", &["libpango1.0-dev", "libcairo2-dev", "libgdk-pixbuf-2.0-dev"]),
    ("python", "pygobject", &["libgirepository1.0-dev", "libcairo2-dev"]),
    ("python", "dbus-python", &["libdbus-1-dev", "libglib2.0-dev"]),
    ("python", "xmlsec", &["libxmlsec1-dev", "libxml2-dev"]),
    ("python", "gdal", &["libgdal-dev"]),
    ("python", "pygdal", &["libgdal-dev"]),
    ("python", "m2crypto", &["libssl-dev"]),
    // It links with what it finds, with the PCRE that came along with GLib, too.
    ("python", "uwsgi", &["libssl-dev", "libxml2-dev", "libpcre2-dev", "libglib2.0-dev", "zlib1g-dev", "uuid-dev", "libcap-dev", "libjansson-dev", "libyaml-dev"]),
    ("python", "python-magic", &["libmagic-dev"]),
    ("python", "pyzbar", &["libzbar-dev"]),
    ("python", "sounddevice", &["portaudio19-dev"]),
    ("python", "pyaudio", &["portaudio19-dev"]),
    ("python", "opencv-python", &["libgl-dev", "libglib2.0-dev"]),
    ("python", "opencv-contrib-python", &["libgl-dev", "libglib2.0-dev"]),
    ("python", "opencv-python-headless", &["libglib2.0-dev"]),
    ("python", "opencv-contrib-python-headless", &["libglib2.0-dev"]),
    ("python", "lightgbm", &["libgomp1"]),
    ("python", "pygit2", &["libgit2-dev"]),
    ("python", "gssapi", &["libkrb5-dev"]),
    ("python", "kerberos", &["libkrb5-dev"]),
    ("python", "pykerberos", &["libkrb5-dev"]),
    ("python", "krb5", &["libkrb5-dev"]),
    ("python", "requests-kerberos", &["libkrb5-dev"]),
    ("python", "sasl", &["libsasl2-dev"]),
    ("python", "python-snappy", &["libsnappy-dev"]),
    ("python", "pyvips", &["libvips-dev"]),
    ("python", "wand", &["libmagickwand-dev"]),
    ("python", "pygraphviz", &["libgraphviz-dev", "graphviz"]),
    ("python", "graphviz", &["graphviz"]),
    ("python", "pydot", &["graphviz"]),
    ("python", "pytesseract", &["tesseract-ocr"]),
    ("python", "tesserocr", &["libtesseract-dev", "libleptonica-dev"]),
    ("python", "pdf2image", &["poppler-utils"]),
    ("python", "pydub", &["ffmpeg"]),
    ("python", "ffmpeg-python", &["ffmpeg"]),
    ("python", "gmpy2", &["libgmp-dev", "libmpfr-dev", "libmpc-dev"]),
    ("python", "pyscard", &["libpcsclite-dev"]),
    ("python", "pyusb", &["libusb-1.0-0-dev"]),
    ("python", "systemd-python", &["libsystemd-dev"]),
    ("python", "pycups", &["libcups2-dev"]),
    ("python", "pybluez", &["libbluetooth-dev"]),
    ("python", "fuse-python", &["libfuse-dev"]),
    ("python", "fusepy", &["libfuse-dev"]),
    ("python", "rtree", &["libspatialindex-dev"]),
    ("python", "python-rocksdb", &["librocksdb-dev"]),
    ("python", "jq", &["libjq-dev", "libonig-dev"]),

    ("node", "canvas", &["libcairo2-dev", "libpango1.0-dev", "libjpeg-dev", "libgif-dev", "librsvg2-dev"]),
    ("node", "pg-native", &["libpq-dev"]),
    ("node", "libpq", &["libpq-dev"]),
    ("node", "node-rdkafka", &["libssl-dev", "libsasl2-dev", "zlib1g-dev", "libzstd-dev", "liblz4-dev", "libcurl4-openssl-dev"]),
    ("node", "odbc", &["unixodbc-dev"]),
    ("node", "kerberos", &["libkrb5-dev"]),
    ("node", "usb", &["libudev-dev"]),
    ("node", "node-libcurl", &["libcurl4-openssl-dev", "libssl-dev"]),
    ("node", "gm", &["graphicsmagick", "imagemagick"]),
    ("node", "fluent-ffmpeg", &["ffmpeg"]),
    ("node", "libxmljs", &["libxml2-dev"]),
    ("node", "libxmljs2", &["libxml2-dev"]),

    ("ruby", "pg", &["libpq-dev"]),
    ("ruby", "mysql2", &["default-libmysqlclient-dev"]),
    ("ruby", "trilogy", &["libssl-dev", "zlib1g-dev"]),
    ("ruby", "sqlite3", &["libsqlite3-dev"]),
    ("ruby", "ruby-vips", &["libvips-dev"]),
    ("ruby", "rmagick", &["libmagickwand-dev"]),
    ("ruby", "mini_magick", &["imagemagick"]),
    ("ruby", "ffi", &["libffi-dev"]),
    ("ruby", "psych", &["libyaml-dev"]),
    ("ruby", "puma", &["libssl-dev"]),
    ("ruby", "openssl", &["libssl-dev"]),
    ("ruby", "eventmachine", &["libssl-dev"]),
    ("ruby", "curb", &["libcurl4-openssl-dev"]),
    ("ruby", "ethon", &["libcurl4-openssl-dev"]),
    ("ruby", "typhoeus", &["libcurl4-openssl-dev"]),
    ("ruby", "patron", &["libcurl4-openssl-dev"]),
    ("ruby", "charlock_holmes", &["libicu-dev", "zlib1g-dev"]),
    ("ruby", "rugged", &["libssl-dev", "zlib1g-dev", "libssh2-1-dev"]),
    ("ruby", "idn-ruby", &["libidn-dev"]),
    ("ruby", "mimemagic", &["shared-mime-info"]),
    ("ruby", "tiny_tds", &["freetds-dev"]),
    ("ruby", "rdkafka", &["libssl-dev", "libsasl2-dev", "zlib1g-dev", "libzstd-dev"]),
    ("ruby", "readline-ext", &["libreadline-dev"]),
    ("ruby", "zlib", &["zlib1g-dev"]),
    ("ruby", "gpgme", &["libgpgme-dev", "libassuan-dev", "libgpg-error-dev"]),
    ("ruby", "ruby-oci8", &["libaio-dev"]),
    ("ruby", "rbnacl", &["libsodium-dev"]),
    ("ruby", "rubypython", &["python3-dev"]),

    ("rust", "openssl-sys", &["libssl-dev"]),
    ("rust", "pq-sys", &["libpq-dev"]),
    ("rust", "mysqlclient-sys", &["default-libmysqlclient-dev"]),
    ("rust", "libsqlite3-sys", &["libsqlite3-dev"]),
    ("rust", "rdkafka-sys", &["librdkafka-dev"]),
    ("rust", "libz-sys", &["zlib1g-dev"]),
    ("rust", "bzip2-sys", &["libbz2-dev"]),
    ("rust", "lzma-sys", &["liblzma-dev"]),
    ("rust", "liblzma-sys", &["liblzma-dev"]),
    ("rust", "libgit2-sys", &["libgit2-dev"]),
    ("rust", "libssh2-sys", &["libssh2-1-dev"]),
    ("rust", "curl-sys", &["libcurl4-openssl-dev"]),
    ("rust", "libffi-sys", &["libffi-dev"]),
    ("rust", "expat-sys", &["libexpat1-dev"]),
    ("rust", "freetype-sys", &["libfreetype-dev"]),
    ("rust", "yeslogic-fontconfig-sys", &["libfontconfig-dev"]),
    ("rust", "servo-fontconfig-sys", &["libfontconfig-dev"]),
    ("rust", "alsa-sys", &["libasound2-dev"]),
    ("rust", "libudev-sys", &["libudev-dev"]),
    ("rust", "libdbus-sys", &["libdbus-1-dev"]),
    ("rust", "glib-sys", &["libglib2.0-dev"]),
    ("rust", "gobject-sys", &["libglib2.0-dev"]),
    ("rust", "gio-sys", &["libglib2.0-dev"]),
    ("rust", "cairo-sys-rs", &["libcairo2-dev"]),
    ("rust", "pango-sys", &["libpango1.0-dev"]),
    ("rust", "pangocairo-sys", &["libpango1.0-dev"]),
    ("rust", "gdk-pixbuf-sys", &["libgdk-pixbuf-2.0-dev"]),
    ("rust", "gtk-sys", &["libgtk-3-dev"]),
    ("rust", "gdk-sys", &["libgtk-3-dev"]),
    ("rust", "atk-sys", &["libatk1.0-dev"]),
    ("rust", "libsodium-sys", &["libsodium-dev"]),
    ("rust", "libsodium-sys-stable", &["libsodium-dev"]),
    ("rust", "zmq-sys", &["libzmq3-dev"]),
    ("rust", "onig_sys", &["libonig-dev"]),
    ("rust", "openblas-src", &["libopenblas-dev"]),
    ("rust", "openblas-sys", &["libopenblas-dev"]),
    ("rust", "hdf5-sys", &["libhdf5-dev"]),
    ("rust", "leptonica-sys", &["libleptonica-dev"]),
    ("rust", "tesseract-sys", &["libtesseract-dev"]),
    ("rust", "sdl2-sys", &["libsdl2-dev"]),
    ("rust", "pcsc-sys", &["libpcsclite-dev"]),
    ("rust", "libseccomp-sys", &["libseccomp-dev"]),
    ("rust", "libsystemd-sys", &["libsystemd-dev"]),
    ("rust", "gpgme-sys", &["libgpgme-dev"]),
    ("rust", "libgpg-error-sys", &["libgpg-error-dev"]),
    ("rust", "gdal-sys", &["libgdal-dev"]),
    ("rust", "proj-sys", &["libproj-dev"]),
    ("rust", "geos-sys", &["libgeos-dev"]),
    ("rust", "odbc-sys", &["unixodbc-dev"]),
    ("rust", "sasl2-sys", &["libsasl2-dev"]),
    ("rust", "libgssapi-sys", &["libkrb5-dev"]),
    ("rust", "libpulse-sys", &["libpulse-dev"]),
    ("rust", "libusb1-sys", &["libusb-1.0-0-dev"]),
    ("rust", "ffmpeg-sys-next", &["libavcodec-dev", "libavformat-dev", "libavutil-dev", "libavfilter-dev", "libavdevice-dev", "libswscale-dev", "libswresample-dev"]),
    ("rust", "pcap", &["libpcap-dev"]),
    ("rust", "libxml", &["libxml2-dev"]),
    ("rust", "magick_rust", &["libmagickwand-dev"]),
    ("rust", "libpam-sys", &["libpam0g-dev"]),
    ("rust", "pam-sys", &["libpam0g-dev"]),

    ("php", "gd", &["libpng-dev", "libjpeg-dev", "libfreetype-dev", "libwebp-dev"]),
    ("php", "intl", &["libicu-dev"]),
    ("php", "zip", &["libzip-dev"]),
    ("php", "pgsql", &["libpq-dev"]),
    ("php", "pdo_pgsql", &["libpq-dev"]),
    ("php", "pdo_sqlite", &["libsqlite3-dev"]),
    ("php", "sqlite3", &["libsqlite3-dev"]),
    ("php", "pdo_odbc", &["unixodbc-dev"]),
    ("php", "odbc", &["unixodbc-dev"]),
    ("php", "sqlsrv", &["unixodbc-dev"]),
    ("php", "pdo_sqlsrv", &["unixodbc-dev"]),
    ("php", "pdo_dblib", &["freetds-dev"]),
    ("php", "soap", &["libxml2-dev"]),
    ("php", "xml", &["libxml2-dev"]),
    ("php", "dom", &["libxml2-dev"]),
    ("php", "simplexml", &["libxml2-dev"]),
    ("php", "xmlreader", &["libxml2-dev"]),
    ("php", "xmlwriter", &["libxml2-dev"]),
    ("php", "xsl", &["libxslt1-dev"]),
    ("php", "gmp", &["libgmp-dev"]),
    ("php", "bz2", &["libbz2-dev"]),
    ("php", "ldap", &["libldap-dev"]),
    ("php", "imap", &["libc-client2007e-dev", "libkrb5-dev"]),
    ("php", "tidy", &["libtidy-dev"]),
    ("php", "enchant", &["libenchant-2-dev"]),
    ("php", "ffi", &["libffi-dev"]),
    ("php", "pspell", &["libpspell-dev"]),
    ("php", "readline", &["libreadline-dev"]),
    ("php", "curl", &["libcurl4-openssl-dev"]),
    ("php", "mbstring", &["libonig-dev"]),
    ("php", "sodium", &["libsodium-dev"]),
    ("php", "snmp", &["libsnmp-dev"]),
    ("php", "imagick", &["libmagickwand-dev"]),
    ("php", "gmagick", &["libgraphicsmagick1-dev"]),
    ("php", "memcached", &["libmemcached-dev", "zlib1g-dev"]),
    ("php", "memcache", &["zlib1g-dev"]),
    ("php", "mongodb", &["libssl-dev", "libsasl2-dev"]),
    ("php", "amqp", &["librabbitmq-dev"]),
    ("php", "uuid", &["uuid-dev"]),
    ("php", "yaml", &["libyaml-dev"]),
    ("php", "zmq", &["libzmq3-dev"]),
    ("php", "rdkafka", &["librdkafka-dev"]),
    ("php", "ssh2", &["libssh2-1-dev"]),
    ("php", "grpc", &["zlib1g-dev"]),
    ("php", "mcrypt", &["libmcrypt-dev"]),
    ("php", "event", &["libevent-dev", "libssl-dev"]),
    ("php", "ev", &["libev-dev"]),
    ("php", "vips", &["libvips-dev"]),
    ("php", "geoip", &["libgeoip-dev"]),
    ("php", "maxminddb", &["libmaxminddb-dev"]),
    ("php", "gettext", &[]),
];

/// Dependencies that need nothing: pure code, or prebuilt parts that hold what they need.
const ALONE: &[(&str, &str)] = &[
    (
        "python",
        "
        absl-py aenum aioboto3 aiobotocore aiocache aiodns aiofiles aiogram aiohappyeyeballs
        aiohttp aiohttp-cors aioitertools aiokafka aiomysql aiopg aioredis aiosignal aiosmtplib
        aiosqlite alembic altair amqp aniso8601 annotated-types anthropic anyio apispec appdirs
        apscheduler argcomplete argon2-cffi argon2-cffi-bindings arrow asgi-lifespan asgiref
        asn1crypto astroid asttokens async-lru async-timeout asyncpg asyncssh attrs authlib
        autobahn automat autopep8 awscli azure-common azure-core azure-identity
        azure-keyvault-secrets azure-storage-blob babel backcall backoff backports-zoneinfo bandit
        bcrypt beautifulsoup4 billiard black bleach blinker blis bokeh boto boto3 botocore brotli
        cachecontrol cachelib cachetools catalogue cattrs celery certifi cffi cfgv chardet
        charset-normalizer cheroot cherrypy click click-didyoumean click-plugins click-repl
        cloudpickle colorama coloredlogs colorlog commonmark confection configargparse configobj
        confluent-kafka constantly contextlib2 contourpy coverage croniter cryptography cssselect
        cycler cymem cython daphne dash dask databases dataclasses dataclasses-json datadog
        dateparser ddtrace debugpy decorator deepdiff defusedxml deprecated dill discord-py
        distlib distributed distro dj-database-url django django-allauth django-celery-beat
        django-celery-results django-cors-headers django-crispy-forms django-debug-toolbar
        django-environ django-extensions django-filter django-guardian django-health-check
        django-import-export django-ipware django-mptt django-ninja django-oauth-toolkit
        django-phonenumber-field django-prometheus django-redis django-rest-framework django-rq
        django-simple-history django-storages django-taggit django-timezone-field
        djangorestframework djangorestframework-simplejwt dnspython docker docker-compose
        dockerfile-parse docopt docstring-parser docutils dpath drf-spectacular drf-yasg dynaconf
        ecdsa elastic-apm elastic-transport elasticsearch elasticsearch-dsl email-validator
        entrypoints environs et-xmlfile eventlet exceptiongroup execnet executing factory-boy
        faiss-cpu faker falcon fastapi fastapi-cli fastapi-users fastavro fastjsonschema
        fasttext-wheel feedparser filelock filetype fire flake8 flasgger flask flask-admin
        flask-appbuilder flask-babel flask-bcrypt flask-caching flask-compress flask-cors
        flask-httpauth flask-jwt-extended flask-limiter flask-login flask-mail flask-marshmallow
        flask-migrate flask-mongoengine flask-openid flask-principal flask-redis flask-restful
        flask-restplus flask-restx flask-script flask-session flask-smorest flask-socketio
        flask-sqlalchemy flask-swagger-ui flask-talisman flask-testing flask-wtf flatbuffers
        flower fonttools freezegun frozenlist fsspec furl future gast gensim geographiclib geoip2
        geojson geopandas geopy gevent gevent-websocket ghp-import gitdb google-api-core
        google-api-python-client google-auth google-auth-httplib2 google-auth-oauthlib
        google-cloud-bigquery google-cloud-core google-cloud-firestore google-cloud-logging
        google-cloud-pubsub google-cloud-secret-manager google-cloud-storage google-crc32c
        google-resumable-media googleapis-common-protos gql gradio graphene graphene-django
        graphql-core graphql-relay greenlet grpc-google-iam-v1 grpcio grpcio-health-checking
        grpcio-reflection grpcio-status grpcio-tools gspread gunicorn gym h11 h2 h5py hiredis
        holidays hpack html5lib httpcore httplib2 httptools httpx httpx-sse huggingface-hub
        humanfriendly humanize hvac hypercorn hyperframe hyperlink hypothesis identify idna ijson
        imageio imagesize importlib-metadata importlib-resources incremental inflect inflection
        influxdb influxdb-client iniconfig intervaltree invoke ipaddress ipykernel ipython
        ipython-genutils isodate isort itsdangerous jaraco-classes jedi jinja2 jinja2-time jiter
        jmespath joblib json5 jsonlines jsonpatch jsonpath-ng jsonpickle jsonpointer jsonref
        jsonschema jsonschema-specifications jwcrypto kafka-python keras keyring kiwisolver kombu
        kubernetes langchain langchain-community langchain-core langchain-openai langdetect
        langsmith lazy-object-proxy limits llvmlite locust loguru lxml lz4 mako mangum markdown
        markdown-it-py markupsafe marshmallow marshmallow-sqlalchemy matplotlib matplotlib-inline
        maxminddb mccabe mdurl mistune ml-dtypes mmh3 mock mongoengine monotonic more-itertools
        motor mpmath msal msal-extensions msgpack msrest multidict multiprocess munch murmurhash
        mypy mypy-extensions mysql-connector mysql-connector-python names narwhals natsort
        nest-asyncio networkx nltk nodeenv nose numba numexpr numpy oauth2client oauthlib odfpy
        onnx onnxruntime openai openapi-spec-validator openpyxl opensearch-py opentelemetry-api
        opentelemetry-exporter-otlp opentelemetry-instrumentation opentelemetry-proto
        opentelemetry-sdk opentelemetry-semantic-conventions opt-einsum oracledb ordered-set
        orderedmultidict orjson outcome packaging paho-mqtt pandas paramiko parse parso passlib
        paste pastedeploy path pathlib2 pathspec patsy pbr peewee pendulum pexpect phonenumbers
        pickleshare pika pillow pinecone-client pip pip-tools pipenv pkginfo platformdirs plotly
        pluggy ply poetry-core portalocker pre-commit preshed prettytable prometheus-client
        prometheus-fastapi-instrumentator promise prompt-toolkit propcache proto-plus protobuf
        psutil psycopg-binary psycopg-pool psycopg2-binary ptyprocess pure-eval py py-cpuinfo py4j
        pyarrow pyasn1 pyasn1-modules pycares pycodestyle pycountry pycparser pycryptodome
        pycryptodomex pydantic pydantic-core pydantic-extra-types pydantic-settings pyee pyflakes
        pygments pyhamcrest pyjwt pylint pymongo pymssql pymysql pynacl pyopenssl pyotp pyparsing
        pypdf pypdf2 pyperclip pyphen pypika-tortoise pyproj pyramid pyrsistent pyserial pysnmp
        pysocks pytest pytest-asyncio pytest-cov pytest-django pytest-mock pytest-xdist
        python-dateutil python-decouple python-docx python-dotenv python-editor python-engineio
        python-http-client python-jose python-json-logger python-memcached python-multipart
        python-pptx python-slugify python-socketio python-telegram-bot pytz pytz-deprecation-shim
        pyviz-comms pywavelets pyyaml pyzmq qrcode questionary rapidfuzz rasterio ratelimit raven
        redis referencing regex reportlab requests requests-aws4auth requests-cache requests-file
        requests-oauthlib requests-toolbelt responses retry retrying rfc3339-validator rfc3986
        rich rjsmin rpds-py rq rsa ruamel-yaml ruamel-yaml-clib ruff s3transfer sacremoses
        safetensors sanic schedule schema scikit-image scikit-learn scipy scrapy seaborn semver
        sendgrid sentence-transformers sentencepiece sentry-sdk service-identity setproctitle
        setuptools setuptools-scm shapely shellingham simple-websocket simplejson singledispatch
        six slack-sdk slackclient slowapi smart-open smmap sniffio snowballstemmer
        sortedcontainers soupsieve spacy spacy-legacy spacy-loggers sphinx sqlalchemy
        sqlalchemy-utils sqlmodel sqlparse srsly sse-starlette stack-data starlette statsmodels
        stevedore stomp-py streamlit stripe structlog suds supervisor sympy tabulate tblib
        tenacity tensorboard tensorboard-data-server tensorboard-plugin-wit tensorflow
        tensorflow-cpu tensorflow-io-gcs-filesystem termcolor text-unidecode textblob texttable
        thinc threadpoolctl thrift tifffile tiktoken tinycss2 toml tomli tomli-w tomlkit toolz
        torch torchaudio torchvision tornado tortoise-orm tox tqdm traitlets transformers
        translationstring trio trio-websocket tweepy twilio twisted txaio typeguard typer
        types-requests typing typing-extensions typing-inspect typing-inspection tzdata tzlocal
        ua-parser ujson unidecode uritemplate urllib3 user-agents uvicorn uvloop validators vcrpy
        venusian vine virtualenv waitress wasabi watchdog watchfiles watchgod wcwidth webargs
        webcolors webencodings webob websocket-client websockets webtest werkzeug wheel whitenoise
        wrapt wsproto wtforms xgboost xlrd xlsxwriter xlwt xmltodict xxhash yarl youtube-dl yt-dlp
        zeep zipp zope-deprecation zope-event zope-interface zstandard
        ",
    ),
    (
        "node",
        "
        @apollo/server @aws-sdk/client-dynamodb @aws-sdk/client-s3 @babel/core @babel/runtime
        @faker-js/faker @fastify/cors @fastify/static @google-cloud/storage @grpc/grpc-js
        @grpc/proto-loader @hapi/hapi @nestjs/axios @nestjs/common @nestjs/config @nestjs/core
        @nestjs/jwt @nestjs/mapped-types @nestjs/mongoose @nestjs/passport
        @nestjs/platform-express @nestjs/platform-fastify @nestjs/schedule @nestjs/swagger
        @nestjs/throttler @nestjs/typeorm @reduxjs/toolkit @sendgrid/mail @sentry/node
        @socket.io/redis-adapter @types/express @types/node @vitejs/plugin-react accepts ajv
        amqplib angular ansi-styles apollo-server apollo-server-express archiver async aws-sdk
        axios axios-retry babel-runtime bcrypt bcryptjs better-sqlite3 bluebird body-parser boom
        browser-sync bufferutil bull bullmq bunyan cache-manager cassandra-driver chai chalk
        chart.js cheerio chokidar class-transformer class-validator cls-hooked co colors commander
        compression config connect connect-flash connect-mongo connect-redis consola convict
        cookie-parser cookie-session core-js cors cron cron-parser cross-env cross-fetch crypto-js
        csurf csv-parse csv-parser csv-stringify d3 dataloader date-fns dayjs debug deepmerge
        discord.js dotenv dotenv-expand dotenv-safe ejs ejs-mate elasticsearch errorhandler eslint
        eventemitter3 execa express express-async-errors express-async-handler express-ejs-layouts
        express-fileupload express-handlebars express-jwt express-rate-limit express-session
        express-validator fast-glob fast-json-stringify fastify file-type firebase firebase-admin
        follow-redirects form-data formidable fs-extra generic-pool glob got graphql
        graphql-request graphql-subscriptions graphql-tag graphql-tools graphql-yoga grpc
        handlebars hbs helmet highlight.js hpp http-errors http-proxy http-proxy-middleware
        http-status http-status-codes i18n i18next ioredis ip joi jquery js-yaml jsdom json2csv
        jsonschema jsonwebtoken jszip jwks-rsa jwt-decode kafka-node kafkajs knex koa koa-body
        koa-bodyparser koa-logger koa-router koa-static ldapjs level lodash log4js lru-cache luxon
        mailgun-js markdown-it marked mathjs memory-cache memorystore method-override micro
        microservices mime mime-types minimatch minimist minio mkdirp mobx moment moment-timezone
        mongodb mongoose mongoose-paginate-v2 mongoose-unique-validator morgan mqtt ms multer
        multer-s3 mustache mysql mysql2 nanoid nats nedb neo4j-driver next next-auth node-cache
        node-cron node-fetch node-forge node-schedule node-uuid nodemailer nodemon nuxt oauth
        objection ora os-utils p-limit passport passport-facebook passport-github
        passport-google-oauth passport-google-oauth20 passport-http-bearer passport-jwt
        passport-local passport-oauth2 path-to-regexp pdfkit pg pg-hstore pg-pool pg-promise pino
        pino-http pino-pretty pm2 polka prettier prom-client prop-types protobufjs proxy-agent pug
        puppeteer-core qrcode qs query-string ramda rate-limiter-flexible raw-body react react-dom
        react-redux react-router react-router-dom react-scripts redis redoc redux redux-thunk
        reflect-metadata regenerator-runtime request request-promise request-promise-native
        response-time restify rimraf rxjs sanitize-html sass semver sequelize sequelize-cli
        serialize-javascript serve serve-favicon serve-static sharp shelljs shortid slugify
        socket.io socket.io-client socket.io-redis sqlite sqlite3 stripe styled-components
        superagent supertest svelte swagger-jsdoc swagger-parser swagger-ui-express tedious
        telegraf through2 ts-node tsconfig-paths tslib tsx twilio type-graphql typedi typeorm
        typeorm-naming-strategies typescript umzug underscore undici unirest url-join
        utf-8-validate uuid validator vite vue vue-router vuex webpack winston
        winston-daily-rotate-file ws xlsx xml2js xmldom yaml yargs yup zeromq zod
        ",
    ),
    (
        "ruby",
        "
        aasm abbrev actioncable actionmailbox actionmailer actionpack actiontext actionview
        active_model_serializers activejob activemodel activerecord activerecord-import
        activestorage activesupport addressable administrate ahoy_matey airbrake amazing_print
        annotate arel ast autoprefixer-rails aws-eventstream aws-partitions aws-sdk-core
        aws-sdk-kms aws-sdk-s3 aws-sigv4 backports base64 bcrypt benchmark better_errors
        bigdecimal bindex bootsnap bootstrap brakeman bugsnag builder bullet bundler bunny byebug
        cancancan capistrano capybara carrierwave cgi childprocess chronic chunky_png clockwork
        coderay coffee-rails coffee-script coffee-script-source concurrent-ruby connection_pool
        crack crass css_parser cssbundling-rails csv dalli database_cleaner date debug
        debug_inspector declarative delayed_job delayed_job_active_record descendants_tracker
        devise devise_invitable diff-lcs docile domain_name dotenv dotenv-rails draper drb
        dry-configurable dry-container dry-core dry-inflector dry-initializer dry-logic dry-schema
        dry-struct dry-types dry-validation elasticsearch em-websocket erb erubi erubis et-orbi
        excon execjs factory_bot factory_bot_rails faker faraday faraday-em_http
        faraday-follow_redirects faraday-multipart faraday-net_http faraday-retry fast_blank
        ffi-compiler figaro fog-aws fog-core foreman formatador friendly_id fugit gemoji
        get_process_mem globalid google-protobuf googleauth grape graphiql-rails graphql grpc haml
        haml-rails hamlit hashdiff hashie high_voltage highline hirb hiredis hiredis-client
        hitimes honeybadger htmlentities http http-accept http-cookie http-form_data
        http_parser.rb httparty httpclient i18n i18n-js image_processing importmap-rails
        inherited_resources io-console irb jbuilder jekyll jmespath jquery-rails jquery-ui-rails
        js_cookie_rails jsbundling-rails json json-jwt json-schema jsonapi-serializer jwt kamal
        kaminari kaminari-activerecord kaminari-core kgio knapsack kramdown kramdown-parser-gfm
        language_server-protocol launchy letter_opener liquid listen logger lograge loofah
        lumberjack mail marcel matrix memoist meta_request method_source mime-types
        mime-types-data mini_mime mini_racer minitest monetize money mongo mongoid mono_logger
        msgpack multi_json multi_test multi_xml multipart-post mustache mustermann mutex_m naught
        net-http net-http-persistent net-imap net-pop net-protocol net-scp net-sftp net-smtp
        net-ssh netrc newrelic_rpm nio4r nokogiri nori oauth oauth2 octokit oj omniauth
        omniauth-facebook omniauth-github omniauth-google-oauth2 omniauth-oauth omniauth-oauth2
        omniauth-rails_csrf_protection orm_adapter os ostruct ox pagy paper_trail parallel
        paranoia parser pdf-core pghero polyamorous popper_js pp prawn prawn-table premailer
        premailer-rails prettyprint prism prometheus-client propshaft pry pry-byebug pry-rails
        public_suffix pundit que raabro racc rack rack-attack rack-cors rack-mini-profiler
        rack-protection rack-proxy rack-session rack-test rack-timeout rackup rails
        rails-controller-testing rails-dom-testing rails-html-sanitizer rails-i18n rails_12factor
        railties rainbow raindrops rake ransack rb-fsevent rb-inotify rdoc redcarpet redis
        redis-actionpack redis-activesupport redis-client redis-namespace redis-rack redis-rails
        redis-store regexp_parser reline representable request_store responders rest-client
        retriable rexml roda rolify rollbar roo rouge rqrcode rspec rspec-core rspec-expectations
        rspec-mocks rspec-rails rspec-support rubocop rubocop-ast rubocop-performance
        rubocop-rails ruby-progressbar ruby2_keywords ruby_dep ruby_parser rubyzip rufus-scheduler
        safe_yaml safely_block sanitize sass sass-rails sassc sassc-rails sawyer scout_apm sdoc
        securerandom selenium-webdriver semantic_range sentry-rails sentry-raven sentry-ruby
        sentry-sidekiq sequel sexp_processor shoulda-matchers sidekiq sidekiq-cron
        sidekiq-scheduler sidekiq-unique-jobs signet simple_form simplecov simplecov-html sinatra
        sinatra-contrib slim slim-rails slop solargraph solid_cable solid_cache solid_queue spring
        spring-watcher-listen sprockets sprockets-rails sshkit stackprof state_machines
        stimulus-rails stringex stringio stripe strong_migrations sucker_punch tailwindcss-rails
        temple terser thin thor thread_safe thruster tilt timecop timeout tins tsort ttfunk
        tty-prompt turbo-rails turbolinks turbolinks-source twilio-ruby tzinfo tzinfo-data uber
        uglifier unf unf_ext unicode-display_width unicode-emoji unicorn uniform_notifier uri
        useragent validate_url vcr view_component virtus vite_rails vite_ruby warden web-console
        webdrivers webmock webpacker webrick websocket websocket-driver websocket-extensions
        whenever wicked will_paginate with_advisory_lock xpath yajl-ruby yard zeitwerk
        ",
    ),
    (
        "rust",
        "
        aws-lc-fips-sys aws-lc-sys bindgen brotli-sys cc clang-sys core-foundation-sys
        core-graphics-sys dirs-sys dirs-sys-next errno-dragonfly fsevent-sys hermit-abi
        iana-time-zone-sys inotify-sys ittapi-sys jemalloc-sys jni-sys js-sys kqueue-sys
        libfuzzer-sys libmimalloc-sys libnghttp2-sys librocksdb-sys libyml linux-keyutils
        linux-raw-sys lz4-sys mach-sys mimalloc ndk-sys objc-sys psm ring secp256k1-sys
        security-framework-sys snmalloc-sys stacker system-configuration-sys tikv-jemalloc-sys
        tree-sitter wasi web-sys winapi windows-sys windows_x86_64_msvc zstd-sys
        ",
    ),
    (
        "php",
        "
        apcu ast bcmath calendar ctype ds exif fileinfo filter ftp hash igbinary json mailparse
        msgpack mysqli mysqlnd opcache pcntl pcov pdo pdo_mysql phalcon phar posix protobuf redis
        session shmop sockets sysvmsg sysvsem sysvshm timezonedb tokenizer xdebug xhprof
        ",
    ),
];

/// Crates that link with a library or open one, though their name does not say so.
const UNNAMED: &[&str] = &[
    "blas-src",
    "intel-mkl-src",
    "lapack-src",
    "libvips",
    "netlib-src",
    "ocl-core",
    "opencv",
    "oracle",
    "pyo3-ffi",
    "rusty_ffmpeg",
    "virt",
    "x11",
    "xcb",
];

/// What a dependency links with, or opens when it runs.
///
/// `ecosystem` is `python`, `node`, `ruby`, `rust` (names of crates in the lock file) or `php` (names
/// of extensions). That a crate or a wheel is built otherwise than usual (`vendored`, `bundled`,
/// `--no-binary`) is for the caller to see: with `openssl-src` in the lock file, `openssl-sys` needs
/// nothing. Wheels and prebuilt parts are those for glibc; for musl some are built in place.
pub fn native(ecosystem: &str, dependency: &str) -> Native {
    let name = match ecosystem {
        // Names are compared without case, and `_`, `.` and `-` are one (PEP 503).
        "python" => dependency.to_ascii_lowercase().replace(['_', '.'], "-"),
        "php" => dependency.to_ascii_lowercase(),
        _ => dependency.to_owned(),
    };
    let linked = LINKED.iter().find(|(whose, one, _)| *whose == ecosystem && *one == name);
    if let Some((.., packages)) = linked {
        return if packages.is_empty() { Native::None } else { Native::Dev(packages) };
    }
    let mut alone = ALONE.iter().filter(|(whose, _)| *whose == ecosystem);
    let is_alone = alone.any(|(_, names)| names.split_whitespace().any(|one| one == name));
    // Cargo's convention: what links with a library of the system is a crate of its own, `NAME-sys`.
    let is_plain_crate = ecosystem == "rust"
        && !name.ends_with("-sys")
        && !name.ends_with("_sys")
        && !UNNAMED.contains(&name.as_str());
    // Types, and the binaries of one platform that a package brings along.
    let is_part = ecosystem == "node"
        && ["@types/", "@babel/", "@esbuild/", "@img/sharp-", "@swc/", "@rollup/rollup-"]
            .iter()
            .any(|start| name.starts_with(start));
    if is_alone || is_plain_crate || is_part { Native::None } else { Native::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split::packages::{Use, use_of};
    use crate::split::release::{Distribution, named};

    #[track_caller]
    fn check(ecosystem: &str, names: &str, expected: Native) {
        for name in names.split(' ') {
            assert_eq!(native(ecosystem, name), expected, "{name}");
        }
    }

    #[test]
    fn dependencies() {
        check("python", "psycopg2", Native::Dev(&["libpq-dev"]));
        check(
            "python",
            "psycopg2-binary psycopg2_binary Flask cryptography lxml Pillow numpy",
            Native::None,
        );
        check("python", "zope.interface ruamel.yaml", Native::None);
        check("python", "left-pad", Native::Unknown);
        check("node", "express sharp @types/jest", Native::None);
        check("node", "pg-native", Native::Dev(&["libpq-dev"]));
        check("node", "puppeteer psycopg2", Native::Unknown);
        check("ruby", "nokogiri rails", Native::None);
        check("ruby", "pg", Native::Dev(&["libpq-dev"]));
        check("rust", "openssl-sys", Native::Dev(&["libssl-dev"]));
        check("rust", "serde ring windows-sys", Native::None);
        check("rust", "strange-sys opencv", Native::Unknown);
        check("php", "PDO_MySQL opcache gettext", Native::None);
        check("php", "intl", Native::Dev(&["libicu-dev"]));
        check("cobol", "x", Native::Unknown);
    }

    #[test]
    fn each_name_stands_once() {
        for (ecosystem, names) in ALONE {
            let mut seen = Vec::new();
            let linked = LINKED.iter().filter(|(whose, ..)| whose == ecosystem).map(|row| row.1);
            for name in linked.chain(names.split_whitespace()) {
                assert!(!seen.contains(&name), "{ecosystem} {name}");
                seen.push(name);
            }
        }
    }

    #[test]
    fn what_is_named_is_known_on_debian() {
        let debian = Distribution::Debian(named("bookworm").expect("bookworm"));
        let linked = LINKED.iter().flat_map(|row| row.2);
        for name in linked.chain(IMPLICIT) {
            assert!(matches!(use_of(name, debian), Use::Library(_) | Use::Run), "{name}");
        }
    }
}

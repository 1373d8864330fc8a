;;; stagewright.el --- A language server for Dockerfiles, in Eglot and lsp-mode  -*- lexical-binding: t; -*-

;; Author: The Stagewright contributors
;; URL: https://github.com/stagewright/stagewright
;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Tells Eglot and lsp-mode, whichever you use, to serve Dockerfiles with Stagewright:
;;
;;   (require 'stagewright)
;;   (stagewright-setup)
;;
;; It starts nothing by itself: call `eglot-ensure' or `lsp-deferred' in the hook of your mode for
;; Dockerfiles, as for any other language.

;;; Code:

(defvar eglot-server-programs)
(defvar lsp-language-id-configuration)
(declare-function lsp-register-client "ext:lsp-mode")
(declare-function lsp-stdio-connection "ext:lsp-mode")
(declare-function make-lsp-client "ext:lsp-mode")

(defgroup stagewright nil
  "A language server for Dockerfiles that understands stages."
  :group 'tools
  :prefix "stagewright-"
  :link '(url-link "https://github.com/stagewright/stagewright"))

(defcustom stagewright-command '("stagewright" "lsp")
  "The program and its arguments that serve a Dockerfile."
  :type '(repeat string))

(defcustom stagewright-modes '(dockerfile-mode dockerfile-ts-mode)
  "The major modes of Dockerfiles.
A change counts from the next call of `stagewright-setup'."
  :type '(repeat symbol))

(defcustom stagewright-settings nil
  "A property list of settings, sent to the server when it starts.
Keys are those of docs/settings.md as keywords, such as

  (:size.unit \"MiB\" :codeLens.enable :json-false)"
  :type '(plist :key-type symbol :value-type sexp))

(defun stagewright--eglot-contact (&optional _interactive)
  "Return the server's command, with its settings, as Eglot wants it."
  (append stagewright-command
          (list :initializationOptions stagewright-settings)))

(defun stagewright--add-to-eglot ()
  "Put Stagewright before the other servers that Eglot knows for Dockerfiles."
  (add-to-list 'eglot-server-programs
               (cons stagewright-modes #'stagewright--eglot-contact)))

(defun stagewright--add-to-lsp-mode ()
  "Register Stagewright with lsp-mode, above the server of its own."
  (dolist (mode stagewright-modes)
    (add-to-list 'lsp-language-id-configuration (cons mode "dockerfile")))
  (lsp-register-client
   (make-lsp-client :new-connection (lsp-stdio-connection (lambda () stagewright-command))
                    :major-modes stagewright-modes
                    :priority 1
                    :server-id 'stagewright
                    :initialization-options (lambda () stagewright-settings))))

;;;###autoload
(defun stagewright-setup ()
  "Have Dockerfiles served by Stagewright, in Eglot as in lsp-mode."
  (with-eval-after-load 'eglot (stagewright--add-to-eglot))
  (with-eval-after-load 'lsp-mode (stagewright--add-to-lsp-mode)))

(provide 'stagewright)
;;; stagewright.el ends here

{{/* What web and worker are told of the services beside them: files, keys, anchors, staff. Places that begin with s3 or vault are not folders. */}}

{{/* A bucket: names ("ZHIBU_S3") and from (endpoint, region, accessKey, secretKey). */}}
{{- define "zhibu.bucket" -}}
- name: {{ .names }}_ENDPOINT
  value: {{ .from.endpoint | quote }}
- name: {{ .names }}_REGION
  value: {{ .from.region | quote }}
{{ include "zhibu.secret" (dict "name" (printf "%s_ACCESS_KEY" .names) "from" .from.accessKey) }}
{{ include "zhibu.secret" (dict "name" (printf "%s_SECRET_KEY" .names) "from" .from.secretKey) }}
{{- end -}}

{{- define "zhibu.storage" -}}
- name: ZHIBU_STORAGE
  value: {{ .Values.storage.place | quote }}
{{- if ne .Values.storage.place "folder" }}
{{ include "zhibu.bucket" (dict "names" "ZHIBU_S3" "from" .Values.storage) }}
{{- end }}
{{- with .Values.storage.clamd }}
- name: ZHIBU_CLAMD
  value: {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "zhibu.keys" -}}
- name: ZHIBU_KEYS
  value: {{ .Values.keys.place | quote }}
{{- if ne .Values.keys.place "folder" }}
- name: ZHIBU_VAULT_TRANSIT
  value: {{ .Values.keys.transit | quote }}
- name: ZHIBU_VAULT_KV
  value: {{ .Values.keys.kv | quote }}
{{- if .Values.keys.role }}
- name: ZHIBU_VAULT_ROLE
  value: {{ .Values.keys.role | quote }}
{{- else }}
- name: ZHIBU_VAULT_TOKEN_FILE
  value: /var/run/secrets/zhibu-vault/token
{{- end }}
{{- if .Values.keys.authority.existingSecret }}
- name: ZHIBU_VAULT_CA
  value: /var/run/secrets/zhibu-vault/ca.crt
{{- end }}
{{- end }}
{{- end -}}

{{- define "zhibu.anchors" -}}
{{- if .Values.anchors.place }}
- name: ZHIBU_ANCHORS
  value: {{ .Values.anchors.place | quote }}
{{ include "zhibu.bucket" (dict "names" "ZHIBU_ANCHOR_S3" "from" .Values.anchors) }}
{{- else if .Values.anchors.existingClaim }}
- name: ZHIBU_ANCHORS
  value: /var/lib/zhibu-anchors
{{- end }}
{{- end -}}

{{- define "zhibu.staff" -}}
{{- if .Values.staff.clientSecret.existingSecret }}
- name: ZHIBU_STAFF_ISSUER
  value: {{ .Values.staff.url | default .Values.issuer.url | quote }}
- name: ZHIBU_STAFF_CLIENT_ID
  value: {{ .Values.staff.clientId | quote }}
{{ include "zhibu.secret" (dict "name" "ZHIBU_STAFF_CLIENT_SECRET" "from" .Values.staff.clientSecret) }}
{{- with .Values.staff.level }}
- name: ZHIBU_STAFF_LEVEL
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Files that Vault asks for: the pod's own token for its Kubernetes method alone, or a token and an authority out of secrets. */}}
{{- define "zhibu.vaultMounts" -}}
{{- if ne .Values.keys.place "folder" }}
{{- if .Values.keys.role }}
- name: vault-account
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end }}
{{- if include "zhibu.vaultFiles" . }}
- name: vault
  mountPath: /var/run/secrets/zhibu-vault
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}

{{/* Mode 288 is 0440: for the pod's own group, which is the process's. */}}
{{- define "zhibu.vaultVolumes" -}}
{{- if ne .Values.keys.place "folder" }}
{{- if .Values.keys.role }}
- name: vault-account
  projected:
    defaultMode: 288
    sources:
      - serviceAccountToken: {path: token, audience: {{ .Values.keys.audience | quote }}, expirationSeconds: 3600}
{{- end }}
{{- with include "zhibu.vaultFiles" . }}
- name: vault
  projected:
    defaultMode: 288
    sources:
      {{- . | trim | nindent 6 }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "zhibu.vaultFiles" -}}
{{- if not .Values.keys.role }}
- secret:
    name: {{ .Values.keys.token.existingSecret }}
    items: [{key: {{ .Values.keys.token.key }}, path: token}]
{{- end }}
{{- if .Values.keys.authority.existingSecret }}
- secret:
    name: {{ .Values.keys.authority.existingSecret }}
    items: [{key: {{ .Values.keys.authority.key }}, path: ca.crt}]
{{- end }}
{{- end -}}

{{/* What the login bridge is given: its file bridge.toml, and beside it one file for each secret that the file names. */}}

{{/* As docs/reference/bridge.md has it. A source's own secrets are named by the setting that takes the file's name. */}}
{{- define "zhibu.bridgeFile" -}}
{{- $sources := dict }}
{{- range $name, $from := .Values.bridge.sources }}
{{- $settings := deepCopy ($from.settings | default dict) }}
{{- range $setting, $_ := $from.secrets }}
{{- $_ := set $settings $setting (printf "%s.%s" $name $setting) }}
{{- end }}
{{- $client := dict "id" $from.client.id "secret_file" (printf "%s.client" $name) "redirect_addresses" $from.client.redirectAddresses }}
{{- with $from.client.logoutAddress }}{{ $_ := set $client "logout_address" . }}{{ end }}
{{- $source := dict "kind" $from.kind "tenant" $from.tenant "settings" $settings "client" $client }}
{{- with $from.algorithm }}{{ $_ := set $source "algorithm" . }}{{ end }}
{{- $_ := set $sources $name $source }}
{{- end -}}
address = {{ printf "https://%s" .Values.bridge.ingress.host | quote }}
data = "/var/lib/zhibu-bridge"
host = "0.0.0.0"
port = 8020

{{ toToml (dict "sources" $sources) | trim }}
{{ end -}}

{{/* Mode 288 is 0440: for the pod's own group, which is the process's. */}}
{{- define "zhibu.bridgeVolumes" -}}
- name: settings
  projected:
    defaultMode: 288
    sources:
      - configMap:
          name: {{ include "zhibu.name" . }}-bridge
          items: [{key: bridge.toml, path: bridge.toml}]
      {{- range $name, $from := .Values.bridge.sources }}
      {{- include "zhibu.bridgeSecret" (dict "path" (printf "%s.client" $name) "from" $from.client.secret) | nindent 6 }}
      {{- range $setting, $secret := $from.secrets }}
      {{- include "zhibu.bridgeSecret" (dict "path" (printf "%s.%s" $name $setting) "from" $secret) | nindent 6 }}
      {{- end }}
      {{- end }}
- name: data
  persistentVolumeClaim:
    claimName: {{ .Values.bridge.data.existingClaim | default (printf "%s-bridge" (include "zhibu.name" .)) }}
- name: tmp
  emptyDir:
    sizeLimit: 64Mi
{{- end -}}

{{- define "zhibu.bridgeSecret" -}}
- secret:
    name: {{ .from.existingSecret }}
    items: [{key: {{ .from.key }}, path: {{ .path }}}]
{{- end -}}

{{/* Web, worker and operator: not migration and bridge, which have policies of their own. */}}
{{- define "zhibu.service" -}}
matchLabels:
  {{- include "zhibu.selector" (dict "root" . "part" "") | nindent 2 }}
matchExpressions:
  - {key: app.kubernetes.io/component, operator: In, values: [web, worker, operator]}
{{- end -}}

{{/* One way out, to `peers` on `port`; names are asked for by UDP as well. */}}
{{- define "zhibu.opening" -}}
- to:
    {{- toYaml .peers | nindent 4 }}
  ports:
    {{- if .dns }}
    - {port: {{ .port }}, protocol: UDP}
    {{- end }}
    - {port: {{ .port }}, protocol: TCP}
{{- end -}}
